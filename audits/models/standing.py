"""How audits stand today, for a page full of them, in a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F
from django.utils import timezone

from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.events import Event
from audits.models.go_conditions import GoCondition
from audits.models.lifecycle import RoundState
from audits.models.progress import Progress, by_audit
from audits.models.signoffs import SignOff


@dataclass(frozen=True)
class Standing:
    """`since` says what happened after the last sign-off: "", "reopened", "changed" or "expired";
    `late` counts conditions of the go that are overdue."""

    progress: Progress
    last_sign_off: SignOff | None
    since: str
    late: int


def standings(audits: Iterable[Audit]) -> dict[Any, Standing]:
    """By the audit's primary key."""
    known = {audit.pk: audit for audit in audits}
    progress = _progress(known)
    sign_offs = SignOff.objects.last_of(known)
    since = _since({pk: audit for pk, audit in known.items() if _is_reopened(audit)})
    late = _late(known)
    return {
        pk: Standing(
            progress[pk],
            sign_offs.get(pk),
            "expired" if _is_expired(sign_offs.get(pk)) else since.get(pk, ""),
            late.get(pk, 0),
        )
        for pk in known
    }


def _is_expired(last: SignOff | None) -> bool:
    return last is not None and last.round.state == RoundState.EXPIRED


def _late(audits) -> dict[Any, int]:
    rows = GoCondition.objects.late().filter(round__audit__in=audits).order_by()
    return dict(rows.values_list("round__audit").annotate(Count("pk")))


def _progress(audits: dict[Any, Audit]) -> dict[Any, Progress]:
    """By primary key: from the counters, and counted anew where an acceptance ran out."""
    today = timezone.localdate()
    lapsed = [pk for pk, audit in audits.items() if audit.has_lapsed(today)]
    progress = by_audit(lapsed) if lapsed else {}
    overdue = _overdue(audits)
    return {
        pk: progress.get(pk) or Progress(**audit.counts, overdue=overdue.get(pk, 0))
        for pk, audit in audits.items()
    }


def _overdue(audits) -> dict[Any, int]:
    rows = Answer.objects.overdue().filter(audit__in=audits).order_by()
    return dict(rows.values_list("audit").annotate(Count("pk")))


def _is_reopened(audit: Audit) -> bool:
    return audit.revision > 1 and not audit.is_sealed


def _since(reopened: dict[Any, Audit]) -> dict[Any, str]:
    last = Event.objects.filter(audit__in=reopened, number=F("audit__events_count"))
    return {
        pk: "reopened" if verb == "audit.reopened" else "changed"
        for pk, verb in last.order_by().values_list("audit", "verb")
    }
