"""One request of a call: made, told, and given back to the guards."""

import datetime as dt
import time
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from audits.net.door import Limits
from audits.probes import metrics
from audits.probes.base import Key
from audits.probes.claude_calls import Call, Reply, Streamed, milliseconds
from audits.probes.claude_errors import ApiFault
from audits.probes.claude_retries import pause
from audits.probes.claude_tickets import Ask, Ticket
from audits.probes.usage import Usage

if TYPE_CHECKING:
    from audits.probes.claude import Claude

Result = TypeVar("Result", Reply, Streamed)


class Attempt:
    """One request of a call: made, told, and given back to the guards."""

    def __init__(
        self,
        claude: "Claude",
        ask: Ask,
        ticket: Ticket,
        correlation_id: str,
        number: int,
        deadline: float,
    ) -> None:
        self.claude = claude
        self.ask = ask
        self.ticket = ticket
        self.correlation_id = correlation_id
        self.number = number
        self.deadline = deadline
        self.at = dt.datetime.now(dt.UTC)
        self.began = time.monotonic()
        # Seconds until the next one; None when there is none.
        self.wait_s: float | None = None

    def run(self, send: Callable[[Ask, Key | None, Limits], Result]) -> Result:
        key = self.claude.turn.next()
        try:
            with metrics.active():
                result = send(self.ask, key, self._limits())
        except ApiFault as fault:
            self.claude.turn.heard(key, fault)
            self._failed(fault)
            raise
        except BaseException:
            self.ticket.broken_off()
            raise
        if isinstance(result, Streamed) and result.error:
            self.ticket.failed(result.error)
            self._tell(200, result.error, result.model, result.usage)
        else:
            self._succeeded(result)
        return result

    def _limits(self) -> Limits:
        practice = self.claude.settings
        left = max(0.001, self.deadline - time.monotonic())
        # A redirect is not followed: it would take the key to another host.
        return Limits(min(practice.connect_s, left), left, practice.max_bytes, redirects=0)

    def _succeeded(self, result: Reply | Streamed) -> None:
        # The model of the answer: an alias was asked for, a dated one is billed.
        model = result.model or self.ask.model
        cost = self.ticket.answered(model, result.usage, result.request_id)
        reply = result.reply if isinstance(result, Streamed) else result
        self._tell(reply.status, None, model, result.usage, cost, reply.request_id)

    def _failed(self, fault: ApiFault) -> None:
        fault.attempts = self.number
        wait = pause(fault, self.number, self.claude.settings)
        # Rather give up than come back before the time, or after the caller has left.
        if wait is not None and time.monotonic() + wait < self.deadline:
            self.wait_s = wait
        self.ticket.failed(fault)
        self._tell(fault.status, fault, self.ask.model, Usage())

    def _tell(
        self,
        status: int | None,
        fault: ApiFault | None,
        model: str,
        usage: Usage,
        cost: Decimal | None = None,
        request_id: str = "",
    ) -> None:
        call = Call(
            at=self.at,
            method=self.ask.method,
            path=self.ask.path,
            correlation_id=self.correlation_id,
            attempt=self.number,
            model=model,
            latency_ms=milliseconds(time.monotonic() - self.began),
            status=status,
            request_id=fault.request_id if fault else request_id,
            usage=usage,
            cost=cost,
            situation=fault.situation if fault else "",
            error_type=fault.type if fault else "",
            error=fault.message if fault else "",
            wait_s=self.wait_s,
            metadata=self.claude.metadata,
        )
        metrics.count(call, self.claude.prices.family(model))
        self.claude.on_call(call)
