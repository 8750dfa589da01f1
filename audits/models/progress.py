"""How far an audit is, by section and in all, in one query."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from django.db.models import Count, F, Q
from django.utils import timezone

from audits.models.answers import Answer
from audits.models.claims import Standing, counters, counts_as_open, is_conflict
from audits.models.counters import NAMES
from checklist.models import Item


@dataclass(frozen=True)
class Progress:
    """Counts of items. Open blockers stand by themselves and are never averaged away."""

    total: int = 0
    done: int = 0
    not_applicable: int = 0
    risk_accepted: int = 0
    open: int = 0
    blockers: int = 0
    conflicts: int = 0
    overdue: int = 0

    @property
    def settled(self) -> int:
        return self.done + self.not_applicable + self.risk_accepted

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(**{name: n + getattr(other, name) for name, n in vars(self).items()})


def of_audit(audit) -> Progress:
    """By the counters that the audit keeps, without overdue; counted anew after an acceptance
    ran out that is not reopened yet."""
    if audit.has_lapsed(timezone.localdate()):
        return sum(by_section(audit).values(), Progress())
    counted = {name: getattr(audit, f"count_{name}") for name in NAMES}
    return Progress(**counted)


def by_section(audit) -> dict[int, Progress]:
    """Section's primary key -> its progress."""
    return _grouped(audit.answers.annotate(group=F("section_id")))


def of_section(audit, section_id: int) -> Progress:
    """Without overdue."""
    counted = dict.fromkeys(NAMES, 0)
    groups = _claims().filter(audit=audit, section=section_id)
    for state, severity, verdict, accepted_at, until, number in groups:
        claim = Claim(state, accepted_at, until)
        for name in counters(claim.counts_as, severity, verdict, confirmed=True):
            counted[name] += number
    return Progress(**counted)


@dataclass
class Claim(Standing):
    """What a claim stands on."""

    state: str
    accepted_at: dt.datetime | None
    accepted_until: dt.date | None


@cache
def _claims():
    """Answers by what their claims stand on, and how many there are of each, since those are few.
    Every tick asks for it: conditions would take Django longer to write than the database to
    answer."""
    counted = Answer.objects.filter(retired_at=None).order_by()
    names = ("state", "severity", "verdict", "accepted_at", "accepted_until")
    return counted.values_list(*names).annotate(Count("pk"))


def by_audit(audits) -> dict[object, Progress]:
    """Audit's primary key -> its progress."""
    return _grouped(Answer.objects.filter(audit__in=audits).annotate(group=F("audit_id")))


def _grouped(answers) -> dict:
    is_open = counts_as_open()
    rows = (
        answers.filter(retired_at=None)
        .order_by()
        .values_list("group", "state", "severity", "verdict")
        .annotate(
            total=Count("pk"),
            still_open=Count("pk", filter=is_open),
            overdue=Count("pk", filter=is_open & Q(due__lt=timezone.localdate())),
        )
    )
    # Counted by state and severity and added up here: a count of its own for each figure takes
    # Django longer to write than the database to count.
    progress: dict = defaultdict(Progress)
    for group, state, severity, verdict, total, still_open, overdue in rows:
        settled = {} if state == Answer.State.OPEN else {state: total - still_open}
        blockers = still_open if severity == Item.Severity.BLOCKER else 0
        progress[group] += Progress(
            total=total,
            open=still_open,
            blockers=blockers,
            conflicts=total if is_conflict(state, verdict) else 0,
            overdue=overdue,
            **settled,
        )
    return dict(progress)
