"""Rows of the portfolio and of a project's page, which templates/projects/rows.jinja shows."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, F, IntegerField, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber
from django.templatetags.static import static
from django.urls import reverse
from markupsafe import Markup

from audits.models import Audit, Project, Team, ahead
from audits.models.ahead import Ahead
from audits.models.lifecycle import LIVE
from audits.models.probe_health import Health, of_projects
from audits.models.standing import Standing, standings
from audits.views.macros import macros

TEMPLATE = "projects/rows.jinja"
# A project's other audits that its row names; the rest is counted.
OTHERS_NAMED = 3
NOBODY = uuid.UUID(int=0)
NOTHING_RAN = Health()
NOTHING_AHEAD = Ahead()


@dataclass
class Row:
    """An audit and how it stands; `project` on a page of several projects, where the audit may
    be missing. `others` are further audits of the project, and `more` counts those unnamed;
    `health` is that of the project's probes, `ahead` what it has ahead of it."""

    audit: Audit | None
    standing: Standing | None
    project: Project | None = None
    others: list[Any] = field(default_factory=list)
    more: int = 0
    health: Health = NOTHING_RAN
    ahead: Ahead = NOTHING_AHEAD


@dataclass(frozen=True)
class Place:
    """What all rows of a page share: how their addresses begin, and what the viewer may.
    `may_edit` holds primary keys of teams."""

    projects: str
    audits: str
    reviews: str
    teams: str
    start: str
    sprite: str
    may_edit: Collection
    several_teams: bool


def portfolio_html(projects: Iterable, *, teams: Collection[Team], may_edit: Collection) -> Markup:
    """The projects of `audits.models.portfolio`."""
    at = _place(may_edit=may_edit, several_teams=len(teams) > 1)
    return macros(TEMPLATE).projects(_rows(list(projects)), at)


def audits_html(audits: Iterable[Audit]) -> Markup:
    """The audits of one project."""
    audits = list(audits)
    standing = standings(audits)
    return macros(TEMPLATE).audits([Row(audit, standing[audit.pk]) for audit in audits], _place())


def _place(*, may_edit: Collection = (), several_teams: bool = False) -> Place:
    # A page names hundreds; to ask the resolver for each would take longer than the queries.
    before = {
        noun: reverse(f"{noun}-detail", args=[NOBODY]).removesuffix(f"{NOBODY}/")
        for noun in ("project", "audit", "review", "team")
    }
    return Place(
        projects=before["project"],
        audits=before["audit"],
        reviews=before["review"],
        teams=before["team"],
        start=reverse("audit-new"),
        sprite=static("icons/sprite.svg"),
        may_edit=may_edit,
        several_teams=several_teams,
    )


def _rows(projects: list[Any]) -> list[Row]:
    current = Audit.objects.in_bulk([project.current for project in projects if project.current])
    standing = standings(current.values())
    rows = {
        project.pk: Row(current.get(project.current), standing.get(project.current), project)
        for project in projects
    }
    for pk, health in of_projects(rows).items():
        rows[pk].health = health
    for pk, found in ahead.of_projects(rows).items():
        rows[pk].ahead = found
    for other in _others(list(rows), list(current)):
        row = rows[other.project_id]
        row.others.append(other)
        row.more = other.siblings - OTHERS_NAMED
    return list(rows.values())


def _others(projects: list, current: list) -> QuerySet:
    """Of each project the few audits beside the current one that burn most, then the newest;
    `siblings` is how many there are."""
    burns = Case(
        When(state__in=LIVE, then=F("count_blockers") + F("count_conflicts")),
        default=Value(-1),
        output_field=IntegerField(),
    )
    place = Window(
        RowNumber(), partition_by="project", order_by=[burns.desc(), F("created_at").desc(), "pk"]
    )
    named = ("project_id", "pk", "title", "state", "count_blockers", "siblings")
    others = Audit.objects.filter(project__in=projects).exclude(pk__in=current)
    return (
        others.annotate(place=place, siblings=Window(Count("pk"), partition_by="project"))
        .filter(place__lte=OTHERS_NAMED)
        .order_by("place")
        .values_list(*named, named=True)
    )
