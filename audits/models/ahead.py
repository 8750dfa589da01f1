"""What projects have ahead of them: the next review, open action items, and late conditions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils import timezone

from audits.models.actions import Action
from audits.models.go_conditions import GoCondition
from audits.models.lifecycle import ReviewState
from audits.models.reviews import Review
from audits.models.users import User


@dataclass(frozen=True)
class Ahead:
    """`review` is the one under way, or else the next that is planned; `conditions_late` are those
    of all goes in force of the project's audits."""

    review: Review | None = None
    actions_open: int = 0
    actions_late: int = 0
    conditions_late: int = 0

    def __bool__(self) -> bool:
        return bool(self.review or self.actions_open or self.conditions_late)


def of_projects(projects: Iterable[Any]) -> dict[Any, Ahead]:
    """By the project's primary key, for all of them, in three queries."""
    keys = list(projects)
    reviews = {each.project: each for each in _next_reviews(keys)}
    rows = Action.objects.open().filter(audit__project__in=keys).order_by()
    counted = {
        key: (number, late)
        for key, number, late in rows.values_list("audit__project").annotate(
            number=Count("pk"), late=Count("pk", Q(due__lt=timezone.localdate()))
        )
    }
    late = GoCondition.objects.late().filter(round__audit__project__in=keys).order_by()
    conditions = dict(late.values_list("round__audit__project").annotate(Count("pk")))
    return {
        key: Ahead(reviews.get(key), *counted.get(key, (0, 0)), conditions.get(key, 0))
        for key in keys
    }


def _next_reviews(projects: list[Any]) -> QuerySet[Any]:
    """One a project, each with its `project`."""
    running_first = Case(
        When(state=ReviewState.RUNNING, then=Value(0)), default=1, output_field=IntegerField()
    )
    turn = Window(
        RowNumber(), partition_by="audit__project", order_by=[running_first, "starts_at", "pk"]
    )
    ahead = Review.objects.at_hand().filter(audit__project__in=projects).defer("minutes")
    return ahead.annotate(project=F("audit__project"), turn=turn).filter(turn=1).order_by()


def late_of(project: str) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """Late action items and late conditions of a project, for a subquery; `project` is what the
    outer query calls its primary key."""
    actions = Action.objects.late().filter(audit__project=OuterRef(project))
    conditions = GoCondition.objects.late().filter(round__audit__project=OuterRef(project))
    return actions.order_by(), conditions.order_by()


def of_person(user: User) -> list[dict[str, Any]]:
    """Their own open action items by team: `team`, `name`, how many are `open` and `late`."""
    mine = Action.objects.visible_to(user).open().filter(owner=user)
    by_team = (
        mine.order_by("team__name")
        .values("team", name=F("team__name"))
        .annotate(open=Count("pk"), late=Count("pk", Q(due__lt=timezone.localdate())))
    )
    return [dict(each) for each in by_team]
