"""One attempt's standing with the guards: taken before it, given back however it ends."""

import datetime as dt
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from audits.probes import windows
from audits.probes.circuits import Admission, Outcome
from audits.probes.claude_errors import SERVICE_FAULTS, ApiFault
from audits.probes.guards import Guards, LedgerRefused, LimitReached
from audits.probes.prices import Prices
from audits.probes.usage import Usage


@dataclass(frozen=True)
class Ask:
    """A call to make. `billable` ones can cost money, `reserves` says that the ledger is asked
    first; `limited` ones count toward the limits of requests and tokens a minute."""

    method: str
    path: str
    query: str = ""
    body: Mapping[str, Any] | None = None
    beta: str = ""
    limited: bool = False
    billable: bool = False
    reserves: bool = False

    @property
    def model(self) -> str:
        model = (self.body or {}).get("model")
        return model if isinstance(model, str) else ""

    @property
    def tokens(self) -> int:
        """What it will use, by estimate."""
        return windows.estimate(self.body) if self.billable and self.body else 0


class Ticket:
    """Raises CircuitOpen, LedgerRefused or LimitReached instead of being made."""

    def __init__(self, guards: Guards, prices: Prices, ask: Ask, deadline: float) -> None:
        self.guards = guards
        self.prices = prices
        self.ask = ask
        self.key = secrets.token_hex(8)
        self.admission: Admission = guards.breaker.admit()
        self.entry = ""
        try:
            if ask.reserves:
                self.entry = guards.ledger.reserve(ask.model, self._worst())
            if ask.limited:
                self._wait(deadline)
        except BaseException:
            self._never_sent()
            raise

    def _worst(self) -> Decimal:
        worst = self.prices.at_most(self.ask.body or {}, dt.datetime.now(dt.UTC))
        if worst is None:
            raise LedgerRefused.without_price(self.ask.model)
        return worst

    def _wait(self, deadline: float) -> None:
        """Until the limiter says 0: it is asked again after each pause."""
        while wait := self.guards.limiter.reserve(self.key, self.ask.tokens):
            if time.monotonic() + wait >= deadline:
                raise LimitReached(
                    f"Nothing was asked: the client's own limit is reached for another "
                    f"{max(1, round(wait))} s.",
                    "Wait, or let fewer probes run at once.",
                )
            time.sleep(wait)

    def _never_sent(self) -> None:
        self.guards.breaker.report(self.admission, Outcome.NEUTRAL)
        if self.entry:
            self.guards.ledger.release(self.entry, "")

    def answered(self, model: str, usage: Usage, request_id: str) -> Decimal | None:
        """It succeeded; its cost in dollars, None when it is not known or nothing is billed."""
        self.guards.breaker.report(self.admission, Outcome.SUCCESS)
        self._correct(usage.limited_tokens)
        if not self.ask.billable:
            return None
        cost = self.prices.cost(model or self.ask.model, usage, dt.datetime.now(dt.UTC))
        ledger = self.guards.ledger
        if not self.entry:
            ledger.charge(model or self.ask.model, cost, usage, request_id)
        elif cost is None:
            ledger.lose(self.entry, request_id)
        else:
            ledger.settle(self.entry, cost, usage, request_id)
        return cost

    def failed(self, fault: ApiFault) -> None:
        of_service = fault.situation in SERVICE_FAULTS
        outcome = Outcome.FAULT if of_service else Outcome.NEUTRAL
        self.guards.breaker.report(self.admission, outcome)
        self._correct(0)
        if self.entry and _surely_not_billed(fault):
            self.guards.ledger.release(self.entry, fault.request_id)
        elif self.entry:
            self.guards.ledger.lose(self.entry, fault.request_id)

    def broken_off(self) -> None:
        """The attempt ended in something that is neither an answer nor a fault of the API."""
        self.guards.breaker.report(self.admission, Outcome.FAULT)
        self._correct(0)
        if self.entry:
            self.guards.ledger.lose(self.entry, "")

    def _correct(self, tokens: int) -> None:
        if self.ask.limited:
            self.guards.limiter.correct(self.key, tokens)


def _surely_not_billed(fault: ApiFault) -> bool:
    if fault.status is None:
        return not fault.sent
    return 400 <= fault.status < 500 or fault.status == 529
