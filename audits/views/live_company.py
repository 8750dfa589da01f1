"""Who else looks at an audit: the same for all, and told anew when it is another company."""

import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from django.template.loader import render_to_string

from audits.live import sse
from audits.live.source import News
from audits.live.viewers import Kind, Viewer
from audits.models import Presence, User

# Of whom there are more, they are a number that nobody counts by faces.
MOST = 100
# A thousand who come back at once are not told of each other a thousand times.
LEAST_SECONDS, SECONDS_A_VIEWER = 0.1, 0.002


class Person(NamedTuple):
    key: str
    name: str
    initials: str
    in_room: bool


Company = dict[uuid.UUID, tuple[Person, ...]]


class CompanyNews:
    """What is read is kept for a moment."""

    def __init__(self) -> None:
        self.read_at = 0.0
        self.known: Company = {}

    def of(self, viewers: Sequence[Viewer]) -> list[News]:
        self._read(viewers)
        groups: dict[tuple[Person, ...], list[Viewer]] = defaultdict(list)
        for viewer in viewers:
            here = self.known.get(viewer.audit)
            if viewer.kind is Kind.AUDIT and here is not None and viewer.company != here:
                groups[here].append(viewer)
        return [News(_message(here), group, {"company": here}) for here, group in groups.items()]

    def _read(self, viewers: Sequence[Viewer]) -> None:
        audits = {viewer.audit for viewer in viewers if viewer.kind is Kind.AUDIT}
        now = time.monotonic()
        wait = max(LEAST_SECONDS, SECONDS_A_VIEWER * len(viewers))
        if audits and now >= self.read_at + wait:
            self.read_at = now
            self.known = _read(audits)


def _read(audits: set[uuid.UUID]) -> Company:
    """Each person once, however many windows they have open; by name."""
    rows = Presence.objects.alive().filter(audit__in=audits).order_by()
    found: dict[uuid.UUID, dict[str, Person]] = {audit: {} for audit in audits}
    for audit, user, name, email, participant, guest in rows.values_list(
        "audit", "user", "user__name", "user__email", "participant", "participant__name"
    ).distinct():
        person = User(name=name, email=email) if user else User(name=guest)
        key = str(user or participant)
        told = Person(key, str(person), person.initials, participant is not None)
        if key not in found[audit] or told.in_room:
            found[audit][key] = told
    return {
        audit: tuple(sorted(people.values(), key=lambda person: (person.name, person.key)))
        for audit, people in found.items()
    }


def _message(here: tuple[Person, ...]) -> bytes:
    context = {"people": here[:MOST], "others": len(here) - MOST}
    html = render_to_string("live/people.html", context)
    return sse.message("presence", {"html": html, "number": len(here)})
