"""The query string of the home page: read, and written into its links."""

import uuid

from django.http import QueryDict

from audits.models import Team
from audits.models import portfolio as models
from audits.models.words import cleaned, words

# Name in the URL -> label; the order is that of the page.
FILTERS = {
    models.UPCOMING: "Not launched",
    models.LAUNCHED: "Launched",
    models.UNAUDITED: "Without audit",
    models.SEALED: "Sealed",
    models.BLOCKERS: "Blockers",
    models.CONFLICTS: "Conflicts",
    models.OVERDUE: "Overdue",
    models.LATE: "Late conditions or action items",
    models.REVIEW: "Review planned",
    models.MINE: "Mine",
}
# What cannot be true of one project together: choosing one leaves the others.
APART = [
    {models.UPCOMING, models.LAUNCHED},
    *({models.UNAUDITED, name} for name in (*models.AUDITS, models.LATE, models.REVIEW)),
]
SORTS = {
    models.BURNS: (
        "What burns",
        "Blockers, late conditions and late action items first, the nearest launch first.",
    ),
    models.LAUNCH: ("Launch", "The nearest launch first; what is launched comes last."),
    models.NAME: ("Name", "By name."),
    models.READINESS: ("Readiness", "The least ready first."),
    models.ACTIVITY: ("Last activity", "What changed last comes first."),
}


class Query:
    """What the URL asks for; what it does not understand, it leaves out."""

    def __init__(self, sent: QueryDict, teams: list[Team]):
        self.show = [name for name in FILTERS if name in sent.getlist("show")]
        self.team = _named(sent.get("team", ""), teams)
        self.teams = teams
        self.words = cleaned(sent.get("q", ""))
        sort = sent.get("sort", "")
        self.sort = sort if sort in SORTS else models.BURNS

    @property
    def wanted(self) -> models.Wanted:
        return models.Wanted(
            show=frozenset(self.show),
            team=self.team and self.team.pk,
            words=words(self.words),
            sort=self.sort,
        )

    @property
    def narrows(self) -> bool:
        return bool(self.show or self.team or self.words)

    @property
    def order_in_words(self) -> str:
        return SORTS[self.sort][1]

    @property
    def sort_label(self) -> str:
        return SORTS[self.sort][0]

    def chips(self) -> list[dict]:
        """A link each that adds the filter to the others or takes it away."""
        everything = {"label": "All", "href": self._href(show=[]), "current": not self.show}
        return [everything, *(self._chip(name, label) for name, label in FILTERS.items())]

    def _chip(self, name: str, label: str) -> dict:
        current = name in self.show
        apart = set().union(*(pair for pair in APART if name in pair))
        show = [other for other in self.show if other != name and other not in apart]
        return {
            "label": label,
            "href": self._href(show=show if current else [*show, name]),
            "current": current,
        }

    def team_links(self) -> list[dict]:
        return [
            {
                "label": team.name if team else "All teams",
                "href": self._href(team=team),
                "current": team == self.team,
            }
            for team in (None, *self.teams)
        ]

    def sort_links(self) -> list[dict]:
        return [
            {"label": label, "href": self._href(sort=name), "current": name == self.sort}
            for name, (label, _) in SORTS.items()
        ]

    def hidden(self) -> list[tuple[str, str]]:
        """What the form of the search sends along."""
        return [pair for pair in self._pairs() if pair[0] != "q"]

    def _pairs(self, **changed) -> list[tuple[str, str]]:
        """Names and values of the URL, in one order whatever was pressed first."""
        show = changed.get("show", self.show)
        team = changed.get("team", self.team)
        sort = changed.get("sort", self.sort)
        pairs = [("show", name) for name in FILTERS if name in show]
        if team:
            pairs.append(("team", str(team.pk)))
        if self.words:
            pairs.append(("q", self.words))
        if sort != models.BURNS:
            pairs.append(("sort", sort))
        return pairs

    def _href(self, **changed) -> str:
        link = QueryDict(mutable=True)
        for name, value in self._pairs(**changed):
            link.appendlist(name, value)
        return f"?{link.urlencode()}"


def _named(sent: str, teams: list[Team]) -> Team | None:
    try:
        pk = uuid.UUID(sent)
    except ValueError:
        return None
    return next((team for team in teams if team.pk == pk), None)
