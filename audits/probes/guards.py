"""What stands before every call: the breaker, the limiter and the ledger.

Here are their forms in memory, for one process; audits/models/guards.py keeps them in the
database, for all workers.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from audits.probes import circuits, windows
from audits.probes.circuits import Admission, Circuit, Outcome
from audits.probes.claude_errors import ClaudeFault
from audits.probes.usage import Usage


class CircuitOpen(ClaudeFault):
    """The breaker lets nothing through; `retry_after_s` until it is worth trying again."""

    def __init__(self, retry_after_s: float) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(
            f"Nothing was asked: the API failed repeatedly, and is left alone for another "
            f"{max(1, round(retry_after_s))} s.",
            "Wait, and see what the last failing runs said; the status page tells of outages.",
        )


class LimitReached(ClaudeFault):
    """The limiter would have made the call wait longer than it may take, or for ever."""


class LedgerRefused(ClaudeFault):
    """The call was not made: it might pass the daily cap, or nobody knows what it costs."""

    @classmethod
    def passing_the_cap(cls, spent: Decimal, worst: Decimal, cap: Decimal) -> "LedgerRefused":
        return cls(
            f"Nothing was asked: ${dollars(spent)} of today's ${dollars(cap)} are spent or "
            f"reserved, and this call may cost up to ${dollars(worst)}.",
            "Wait for midnight UTC, or raise the daily cap in the environment's settings.",
        )

    @classmethod
    def without_price(cls, model: str) -> "LedgerRefused":
        return cls(
            f"Nothing was asked: what a call of {model or 'no model'} costs at most is not known.",
            "Name a model that has a price, or ask the operator to add its row to PRICES_FILE.",
        )


def dollars(amount: Decimal) -> str:
    """Two places, and as many more as an amount below a cent needs, up to six."""
    text = f"{amount:.6f}".rstrip("0")
    whole, _, cents = text.partition(".")
    return f"{whole}.{cents:0<2}"


class Breaker(Protocol):
    def admit(self) -> Admission:
        """Raises CircuitOpen."""
        ...

    def report(self, admission: Admission, outcome: Outcome) -> None: ...


class Limiter(Protocol):
    def reserve(self, key: str, tokens: int) -> float:
        """0 and the call of that key is counted, or the seconds after which to ask again.

        Raises LimitReached for a call above the whole limit."""
        ...

    def correct(self, key: str, tokens: int) -> None: ...


class Ledger(Protocol):
    """Amounts are dollars. Every entry ends as settled, released (not billed) or unknown, which
    counts as its worst case; so does one whose worker died."""

    def reserve(self, model: str, worst: Decimal) -> str:
        """The entry's key. Raises LedgerRefused."""
        ...

    def settle(self, entry: str, cost: Decimal, usage: Usage, request_id: str) -> None: ...

    def release(self, entry: str, request_id: str) -> None: ...

    def lose(self, entry: str, request_id: str) -> None:
        """Whether it was billed is not known."""
        ...

    def charge(self, model: str, cost: Decimal | None, usage: Usage, request_id: str) -> None:
        """A call that was not meant to cost anything, and did."""
        ...


@dataclass(frozen=True)
class Guards:
    breaker: Breaker
    limiter: Limiter
    ledger: Ledger


def in_memory(
    *,
    daily_cap: Decimal = Decimal(1),
    rules: circuits.Rules = circuits.DEFAULT,
    limit: windows.Limit = windows.DEFAULT,
    clock: Callable[[], float] = time.time,
) -> Guards:
    """Guards of one process; its ledger knows one day."""
    return Guards(
        MemoryBreaker(rules, clock), MemoryLimiter(limit, clock), MemoryLedger(daily_cap)
    )


class MemoryBreaker:
    def __init__(self, rules: circuits.Rules, clock: Callable[[], float]) -> None:
        self.rules = rules
        self.clock = clock
        self.circuit = Circuit()
        self.lock = threading.Lock()

    def admit(self) -> Admission:
        with self.lock:
            self.circuit, given = circuits.admit(self.circuit, self.clock(), self.rules)
        if isinstance(given, Admission):
            return given
        raise CircuitOpen(given)

    def report(self, admission: Admission, outcome: Outcome) -> None:
        with self.lock:
            now = self.clock()
            self.circuit = circuits.report(self.circuit, admission, outcome, now, self.rules)


class MemoryLimiter:
    def __init__(self, limit: windows.Limit, clock: Callable[[], float]) -> None:
        self.limit = limit
        self.clock = clock
        self.window: windows.Window = ()
        self.lock = threading.Lock()

    def reserve(self, key: str, tokens: int) -> float:
        with self.lock:
            entry = windows.Entry(key, self.clock(), tokens)
            self.window, wait = reserve_within(self.window, entry, self.limit)
        return wait

    def correct(self, key: str, tokens: int) -> None:
        with self.lock:
            self.window = windows.correct(self.window, key, tokens)


def reserve_within(
    window: windows.Window, entry: windows.Entry, limit: windows.Limit
) -> tuple[windows.Window, float]:
    """As windows.reserve; raises LimitReached."""
    try:
        return windows.reserve(window, entry, limit)
    except ValueError as error:
        raise LimitReached(
            f"Nothing was asked: {error} a minute.", "Send less at once, or raise the limit."
        ) from None


@dataclass
class MemoryLedger:
    daily_cap: Decimal
    counted: dict[str, Decimal] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reserve(self, model: str, worst: Decimal) -> str:
        with self.lock:
            spent = sum(self.counted.values(), Decimal(0))
            if spent + worst > self.daily_cap:
                raise LedgerRefused.passing_the_cap(spent, worst, self.daily_cap)
            return self._enter("reserved", worst)

    def settle(self, entry: str, cost: Decimal, usage: Usage, request_id: str) -> None:
        self._end(entry, "settled", cost)

    def release(self, entry: str, request_id: str) -> None:
        self._end(entry, "released", Decimal(0))

    def lose(self, entry: str, request_id: str) -> None:
        self._end(entry, "unknown", self.counted[entry])

    def charge(self, model: str, cost: Decimal | None, usage: Usage, request_id: str) -> None:
        with self.lock:
            self._enter("unknown" if cost is None else "settled", cost or Decimal(0))

    def _enter(self, state: str, amount: Decimal) -> str:
        entry = secrets.token_hex(8)
        self.counted[entry], self.states[entry] = amount, state
        return entry

    def _end(self, entry: str, state: str, amount: Decimal) -> None:
        with self.lock:
            self.counted[entry], self.states[entry] = amount, state
