"""How far an audit is, by section and in all, in one query."""

from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.utils import timezone

from audits.models.answers import Answer, counts_as_open
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
    overdue: int = 0

    @property
    def settled(self) -> int:
        return self.done + self.not_applicable + self.risk_accepted

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(**{name: n + getattr(other, name) for name, n in vars(self).items()})


def by_section(audit) -> dict[int, Progress]:
    """Section's primary key -> its progress."""
    return _grouped(audit.answers.annotate(group=F("item__section_id")))


def by_audit(audits) -> dict[object, Progress]:
    """Audit's primary key -> its progress."""
    return _grouped(Answer.objects.filter(audit__in=audits).annotate(group=F("audit_id")))


def _grouped(answers) -> dict:
    rows = answers.order_by().values("group").annotate(**_counts())
    return {
        row["group"]: Progress(**{name: row[f"n_{name}"] for name in Progress.__annotations__})
        for row in rows
    }


def _counts() -> dict[str, Count]:
    today = timezone.localdate()
    is_open = counts_as_open(today)
    conditions = {
        "total": None,
        "done": Q(state=Answer.State.DONE),
        "not_applicable": Q(state=Answer.State.NOT_APPLICABLE),
        "risk_accepted": Q(state=Answer.State.RISK_ACCEPTED) & ~is_open,
        "open": is_open,
        "blockers": is_open & Q(item__severity=Item.Severity.BLOCKER),
        "overdue": is_open & Q(due__lt=today),
    }
    # A prefix, since a model's field may be called as a count is.
    return {f"n_{name}": Count("pk", filter=filter) for name, filter in conditions.items()}
