"""The ledger in the database: reserves the worst case under a lock, so that no two calls together
pass the daily cap; settles it by what was used. After the item `budget-enforced` of
claude-engineering."""

import datetime as dt
from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Case, F, Sum, When
from django.utils import timezone

from audits.models.call_rows import LedgerEntry
from audits.models.environments import Environment
from audits.probes.findings import storable
from audits.probes.guards import LedgerRefused
from audits.probes.usage import Usage

if TYPE_CHECKING:
    from audits.models.runs import ProbeRun

State = LedgerEntry.State
# Well above the 90 s that a call may take: who is older than that has nobody to settle it.
LOST_AFTER = dt.timedelta(minutes=10)
SMALLEST = Decimal("0.000001")


def spent_today(environment: Environment) -> Decimal:
    """Dollars since midnight UTC; what is reserved or unknown counts as its worst case."""
    midnight = timezone.now().astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    counted = Case(When(state=State.SETTLED, then=F("cost")), default=F("reserved"))
    entries = LedgerEntry.objects.filter(environment=environment, at__gte=midnight)
    sums = entries.exclude(state=State.RELEASED).aggregate(spent=Sum(counted))
    return sums["spent"] or Decimal(0)


def give_up_lost() -> int:
    """Reservations whose worker died are unknown from now on, at their worst case; how many."""
    lost = LedgerEntry.objects.filter(state=State.RESERVED, at__lt=timezone.now() - LOST_AFTER)
    return lost.update(state=State.UNKNOWN, detail="The worker did not say how it ended.")


class DatabaseLedger:
    """Of one environment, for one run."""

    def __init__(self, environment: Environment, run: "ProbeRun | None") -> None:
        self.environment = environment
        self.run = run

    def reserve(self, model: str, worst: Decimal) -> str:
        worst = _rounded(worst)
        # Durable: a call that was paid for is not to be forgotten with what failed after it.
        with transaction.atomic(durable=True):
            held = Environment.objects.select_for_update(no_key=True)
            environment = held.get(pk=self.environment.pk)
            spent = spent_today(environment)
            if spent + worst > environment.daily_cap:
                raise LedgerRefused.passing_the_cap(spent, worst, environment.daily_cap)
            entry = LedgerEntry(environment=environment, run=self.run, model=_text(model))
            entry.reserved = worst
            entry.save()
        return str(entry.pk)

    def settle(self, entry: str, cost: Decimal, usage: Usage, request_id: str) -> None:
        amount = _rounded(cost)
        self._end(entry, request_id, state=State.SETTLED, cost=amount, **_tokens(usage))

    def release(self, entry: str, request_id: str) -> None:
        detail = "Refused: not billed." if request_id else "Not sent."
        self._end(entry, request_id, state=State.RELEASED, cost=Decimal(0), detail=detail)

    def lose(self, entry: str, request_id: str) -> None:
        detail = "It broke off: whether it was billed is not known."
        self._end(entry, request_id, state=State.UNKNOWN, detail=detail)

    def charge(self, model: str, cost: Decimal | None, usage: Usage, request_id: str) -> None:
        LedgerEntry.objects.create(
            environment=self.environment,
            run=self.run,
            model=_text(model),
            request_id=_text(request_id),
            state=State.UNKNOWN if cost is None else State.SETTLED,
            detail="Answered, where a refusal was expected.",
            reserved=_rounded(cost or Decimal(0)),
            cost=None if cost is None else _rounded(cost),
            **_tokens(usage),
        )

    def _end(self, entry: str, request_id: str, **fields: Any) -> None:
        # Also of one that was given up already: its worker was slow and not dead.
        open_ones = LedgerEntry.objects.filter(pk=entry, state__in=[State.RESERVED, State.UNKNOWN])
        open_ones.update(request_id=_text(request_id), **({"detail": ""} | fields))


def _text(said: str) -> str:
    """What the API said, as the database takes it."""
    return storable(said)[:100]


def _rounded(amount: Decimal) -> Decimal:
    """Up, so that no number of calls costs more than the sum of what is written."""
    return amount.quantize(SMALLEST, ROUND_UP)


def _tokens(usage: Usage) -> dict[str, int]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
    }
