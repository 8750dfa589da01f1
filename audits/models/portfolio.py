"""What is being launched: the projects of a person, filtered and sorted in SQL."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FloatField,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Lower
from django.utils import timezone

from audits.models import lifecycle
from audits.models.ahead import late_of
from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.events import Event
from audits.models.projects import Project
from audits.models.reviews import Review
from audits.models.users import User
from audits.models.words import holds

BURNS, LAUNCH, NAME, READINESS, ACTIVITY = "burns", "launch", "name", "readiness", "activity"

UPCOMING, LAUNCHED, UNAUDITED = "upcoming", "launched", "no-audit"
SEALED, MINE, BLOCKERS, CONFLICTS, OVERDUE = "sealed", "mine", "blockers", "conflicts", "overdue"
LATE, REVIEW = "late", "review"


@dataclass(frozen=True)
class Wanted:
    """Which projects are asked for, and in which order. `team` is a team's primary key."""

    show: frozenset[str] = frozenset()
    team: Any = None
    words: tuple[str, ...] = ()
    sort: str = BURNS


def portfolio(user: User, wanted: Wanted) -> QuerySet[Project]:
    """The projects that the person may see, each with `current`: the audit that its row shows,
    by primary key, or None."""
    projects: QuerySet[Project] = Project.objects.visible_to(user).select_related("team")
    if wanted.team:
        projects = projects.filter(team=wanted.team)
    projects = _having_words(projects, wanted.words)
    projects = _in_state(projects, wanted.show)
    if wanted.show & AUDITS.keys():
        audits = live().filter(project__team__memberships__user=user)
        for name in wanted.show & AUDITS.keys():
            audits = audits.filter(AUDITS[name](user))
        projects = projects.filter(pk__in=audits.order_by().values("project"))
    return ORDERS[wanted.sort](projects.annotate(current=Subquery(current_of("pk"))))


def current_of(project: str) -> QuerySet:
    """The audit that speaks for a project: the latest open one, or else the latest. `project`
    is what the outer query calls the project's primary key."""
    # What is open or proposed also sorts first as text: the index `audit_current` answers this.
    audits = Audit.objects.filter(project=OuterRef(project)).order_by("state", "-created_at", "id")
    return audits.values("pk")[:1]


def live() -> QuerySet[Audit]:
    """The audits that may burn: every open one, and of a project without one its latest."""
    latest = Q(pk=Subquery(current_of("project")))
    return Audit.objects.filter(Q(state__in=lifecycle.LIVE) | latest)


def _has_blockers(user: User) -> Q:
    """The counters' word, and today's where an acceptance ran out that they still count."""
    lapsed = Answer.objects.blocking().filter(audit=OuterRef("pk"))
    return Q(count_blockers__gt=0) | Q(Exists(lapsed), lapses_on__lt=timezone.localdate())


def _is_mine(user: User) -> Q:
    owned = Answer.objects.open().filter(owner=user)
    return Q(created_by=user) | Q(pk__in=owned.order_by().values("audit"))


# What `show` asks of a live audit; several are asked of the same one.
AUDITS: dict[str, Callable[[User], Q]] = {
    SEALED: lambda user: Q(state__in=lifecycle.SEALED),
    MINE: _is_mine,
    BLOCKERS: _has_blockers,
    CONFLICTS: lambda user: Q(count_conflicts__gt=0),
    OVERDUE: lambda user: Q(Exists(Answer.objects.overdue().filter(audit=OuterRef("pk")))),
}


def _in_state(projects: QuerySet[Project], show: frozenset[str]) -> QuerySet[Project]:
    launched = Q(launch_date__lt=timezone.localdate())
    if LAUNCHED in show:
        projects = projects.filter(launched)
    if UPCOMING in show:
        projects = projects.exclude(launched, launch_date__isnull=False)
    if LATE in show:
        actions, conditions = late_of("pk")
        projects = projects.filter(Exists(actions) | Exists(conditions))
    if REVIEW in show:
        ahead = Review.objects.ahead().filter(audit__project=OuterRef("pk"))
        projects = projects.filter(Exists(ahead))
    if UNAUDITED in show:
        projects = projects.filter(~Exists(Audit.objects.filter(project=OuterRef("pk"))))
    return projects


def _having_words(projects: QuerySet[Project], words: Iterable[str]) -> QuerySet[Project]:
    """Every word stands in the project's name or in the title of one of its audits."""
    for word in words:
        audits = Audit.objects.filter(holds(word, "title"), project=OuterRef("pk"))
        projects = projects.filter(holds(word, "name") | Exists(audits))
    return projects


class DaysAway(Func):
    """How many days a date is from today, before it or after."""

    output_field = IntegerField()
    template = "ABS(%(expressions)s)"
    arg_joiner = " - "

    def __init__(self, date: str):
        super().__init__(F(date), Value(timezone.localdate()))

    def as_sqlite(self, compiler, connection, **context):
        template = "ABS(JULIANDAY(%(expressions)s))"
        return self.as_sql(
            compiler, connection, template=template, arg_joiner=") - JULIANDAY(", **context
        )


def _launched_last() -> Case:
    """0 to come, 1 without a date, 2 launched."""
    return Case(
        When(launch_date__gte=timezone.localdate(), then=0),
        When(launch_date=None, then=1),
        default=2,
        output_field=IntegerField(),
    )


def _by_heat(projects: QuerySet[Project]) -> QuerySet[Project]:
    """What burns: where blockers or conflicts are open, or conditions or action items are late,
    the nearest launch first, be it to come or just over. Then the rest: what is still to come,
    the nearest first."""
    audits = live().filter(project=OuterRef("pk")).order_by().values("project")
    open_now = audits.annotate(n=Sum(F("count_blockers") + F("count_conflicts"))).values("n")
    actions, conditions = late_of("pk")
    late = (
        actions.values("audit__project").annotate(n=Count("pk")).values("n"),
        conditions.values("round__audit__project").annotate(n=Count("pk")).values("n"),
    )
    heat = sum((Coalesce(Subquery(each), 0) for each in (open_now, *late)), Value(0))
    calm = Case(When(heat__gt=0, then=-1), default=_launched_last())
    return projects.annotate(heat=heat).order_by(
        calm, DaysAway("launch_date").asc(nulls_last=True), "-heat", "name", "pk"
    )


def _by_launch(projects: QuerySet[Project]) -> QuerySet[Project]:
    """The nearest first, and what is launched last."""
    away = DaysAway("launch_date").asc(nulls_last=True)
    return projects.order_by(_launched_last(), away, "name", "pk")


def _by_name(projects: QuerySet[Project]) -> QuerySet[Project]:
    return projects.order_by(Lower("name"), "pk")


def _by_readiness(projects: QuerySet[Project]) -> QuerySet[Project]:
    """The least ready first; without an audit last."""
    settled = F("count_done") + F("count_not_applicable") + F("count_risk_accepted")
    ratio = Case(
        When(count_total=0, then=1.0),
        default=Cast(settled, FloatField()) / F("count_total"),
        output_field=FloatField(),
    )
    current = Audit.objects.filter(pk=OuterRef("current")).values(ratio=ratio)
    return projects.order_by(Subquery(current).asc(nulls_last=True), "name", "pk")


def _by_activity(projects: QuerySet[Project]) -> QuerySet[Project]:
    """What was changed last first."""
    last = Event.objects.filter(
        audit__project=OuterRef("pk"), number=F("audit__events_count")
    ).order_by()
    at = last.values("audit__project").annotate(last=Max("at")).values("last")
    return projects.order_by(Coalesce(Subquery(at), "created_at").desc(), "name", "pk")


ORDERS: dict[str, Callable[[QuerySet[Project]], QuerySet[Project]]] = {
    BURNS: _by_heat,
    LAUNCH: _by_launch,
    NAME: _by_name,
    READINESS: _by_readiness,
    ACTIVITY: _by_activity,
}
