"""What happened in a team and in its audits, the latest first, a page at a time."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Q, QuerySet

from audits.models.events import Event
from audits.models.history import describe
from audits.models.team_events import TeamEvent
from audits.models.teams import Team
from audits.models.users import User

PAGE = 50
CURSOR = re.compile(r"([0-9]{1,16})-([01])-([0-9]{1,18})")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Place(NamedTuple):
    """Where an event stands among all of them. Those of one change share their moment."""

    at: dt.datetime
    of_audit: bool
    pk: int

    def __str__(self) -> str:
        microseconds = (self.at - EPOCH) // dt.timedelta(microseconds=1)
        return f"{microseconds}-{self.of_audit:d}-{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place that `str` wrote; None for anything else."""
        if not (found := CURSOR.fullmatch(text)):
            return None
        at = EPOCH + dt.timedelta(microseconds=int(found[1]))
        return cls(at, found[2] == "1", int(found[3]))

    @classmethod
    def of(cls, event: Event | TeamEvent) -> "Place":
        return cls(event.at, isinstance(event, Event), event.pk)


def latest(
    team: Team, *, before: Place | None = None, by: User | None = None
) -> tuple[Sequence[Event | TeamEvent], Place | None]:
    """A page of events of the team and of its audits, and the place from which to go on."""
    sources: list[QuerySet] = [
        team.events.all(),
        Event.objects.filter(audit__project__team=team).select_related("audit__project"),
    ]
    found: list[Event | TeamEvent] = []
    for of_audit, events in enumerate(sources):
        if by:
            events = events.filter(actor=by)
        if before:
            events = events.filter(_before(before, bool(of_audit)))
        found += events.order_by("-at", "-pk")[: PAGE + 1]
    found.sort(key=Place.of, reverse=True)
    page = found[:PAGE]
    return page, Place.of(page[-1]) if len(found) > PAGE else None


def _before(place: Place, of_audit: bool) -> Q:
    earlier = Q(at__lt=place.at)
    if of_audit == place.of_audit:
        # `at` once more by itself, since an index helps with no OR.
        return Q(at__lte=place.at) & (earlier | Q(pk__lt=place.pk))
    return Q(at__lte=place.at) if of_audit < place.of_audit else earlier


def sentence(event: Event | TeamEvent) -> str:
    return describe(event) if isinstance(event, Event) else event.sentence


def people(team: Team) -> QuerySet[User]:
    """Who did something that the activity may show: who is in the team, or was."""
    return User.objects.filter(Q(teams=team) | Q(team_events__team=team)).distinct()
