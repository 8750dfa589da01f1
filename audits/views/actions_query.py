"""The query string of a team's action items: read, counted, and written into its links."""

import uuid
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from audits.models import Action, Project, Team, User

MINE, LATE, CLOSED = "mine", "late", "closed"
LABELS = {MINE: "Mine", LATE: "Late", CLOSED: "Closed"}


class Query:
    """What the URL asks for; what it does not understand, it leaves out."""

    def __init__(self, sent: QueryDict, team: Team, user: User):
        self.team, self.user = team, user
        wanted = sent.getlist("show")
        self.show = [name for name in LABELS if name in wanted]
        if CLOSED in self.show and LATE in self.show:
            self.show.remove(CLOSED)  # Nothing that is closed is late.
        self.projects = list(
            Project.objects.filter(team=team, audits__actions__isnull=False).distinct()
        )
        self.project = self._named(sent.get("project", ""))

    def _named(self, sent: str) -> Project | None:
        try:
            pk = uuid.UUID(sent)
        except ValueError:
            return None
        return next((project for project in self.projects if project.pk == pk), None)

    @property
    def narrows(self) -> bool:
        return bool(self.show or self.project)

    @property
    def shows_closed(self) -> bool:
        return CLOSED in self.show

    @property
    def rows(self) -> QuerySet[Action]:
        """The open ones by their day; what is closed, the last first."""
        rows = self._of_team().for_list()  # type: ignore[attr-defined]
        if self.shows_closed:
            rows = rows.closed().order_by(F("closed_at").desc(nulls_last=True), "pk")
        else:
            rows = rows.open().order_by("due", "created_at", "pk")
        if LATE in self.show:
            rows = rows.late()
        return rows.filter(owner=self.user) if MINE in self.show else rows

    def _of_team(self) -> QuerySet[Action]:
        rows = Action.objects.filter(team=self.team)
        return rows.filter(audit__project=self.project) if self.project else rows

    def counts(self) -> dict[str, int]:
        """How many there are behind each filter alone, in one query."""
        is_open = Q(state=Action.State.OPEN)
        return self._of_team().aggregate(
            open=Count("pk", is_open),
            mine=Count("pk", is_open & Q(owner=self.user)),
            late=Count("pk", is_open & Q(due__lt=timezone.localdate())),
            closed=Count("pk", ~is_open),
        )

    def chips(self) -> list[dict[str, Any]]:
        """A link each that adds the filter to the others or takes it away."""
        counts = self.counts()
        everything = {
            "label": "Open",
            "count": counts["open"],
            "href": self.href(show=[]),
            "current": not self.show,
        }
        return [everything, *(self._chip(name, counts[name]) for name in LABELS)]

    def _chip(self, name: str, count: int) -> dict[str, Any]:
        current = name in self.show
        apart = {LATE: CLOSED, CLOSED: LATE}.get(name)
        others = [each for each in self.show if each not in (name, apart)]
        return {
            "label": LABELS[name],
            "count": count,
            "late": name == LATE and count > 0,
            "href": self.href(show=others if current else [*others, name]),
            "current": current,
        }

    def project_links(self) -> list[dict[str, Any]]:
        return [
            {
                "label": project.name if project else "All projects",
                "href": self.href(project=project),
                "current": project == self.project,
            }
            for project in (None, *self.projects)
        ]

    def href(self, **changed: Any) -> str:
        show, project = changed.get("show", self.show), changed.get("project", self.project)
        link = QueryDict(mutable=True)
        link.setlist("show", [name for name in LABELS if name in show])
        if project:
            link["project"] = str(project.pk)
        return f"?{link.urlencode()}"
