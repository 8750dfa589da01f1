"""What is new in audits, for all who look at them: one query finds where, one reads what."""

import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Q

from audits.live import sse
from audits.live.source import News
from audits.live.viewers import Kind, Viewer
from audits.models import Audit, Event
from audits.views import live_parts

logger = logging.getLogger(__name__)

# So many are told one by one; where it is more, a page is quicker read anew.
MOST_EVENTS = 40
# For how long a message is sent to others who missed the same, after a restart for example.
KEPT_SECONDS = 2

# Of an audit: the number of its newest event.
Heads = dict[uuid.UUID, int]
# The audit, the number that was seen last, the variant that was shown then, and that of now.
Behind = tuple[uuid.UUID, int, str, str]


def heads(viewers: Sequence[Viewer]) -> Heads:
    """One query, however many look at however many."""
    audits = {viewer.audit for viewer in viewers}
    return dict(Audit.objects.filter(pk__in=audits).values_list("pk", "events_count"))


class AuditNews:
    """The messages of the streams of audits, each made once for all who lack the same."""

    def __init__(self) -> None:
        self.kept: dict[tuple, tuple[float, bytes]] = {}

    def of(self, viewers: Sequence[Viewer]) -> list[News]:
        """What these do not have yet; viewers of rooms are none of ours."""
        looking = [viewer for viewer in viewers if viewer.kind is Kind.AUDIT]
        newest = heads(looking) if looking else {}
        behind: dict[Behind, list[Viewer]] = defaultdict(list)
        for viewer in looking:
            head = newest.get(viewer.audit)
            number, variant = viewer.seen
            if head is not None and (number, variant) != (head, viewer.variant):
                behind[viewer.audit, number, variant, viewer.variant].append(viewer)
        if not behind:
            return []
        self._forget()
        reading = _Reading(list(behind), newest)
        return [
            News(
                self._message(reading, lack),
                group,
                {"seen": (newest[lack[0]], lack[3])},
            )
            for lack, group in behind.items()
        ]

    def _forget(self) -> None:
        now = time.monotonic()
        self.kept = {key: entry for key, entry in self.kept.items() if entry[0] > now}

    def _message(self, reading: "_Reading", lack: Behind) -> bytes:
        key = (*lack, reading.newest[lack[0]])
        if key not in self.kept:
            self.kept[key] = time.monotonic() + KEPT_SECONDS, reading.message(lack)
        return self.kept[key][1]


class _Reading:
    """What is read for those who are behind, once."""

    def __init__(self, lacks: Sequence[Behind], newest: Heads) -> None:
        self.newest = newest
        # From which event on, where it is told one by one.
        first: dict[uuid.UUID, int] = {}
        for audit, number, was, now in lacks:
            if was == now and 0 <= newest[audit] - number <= MOST_EVENTS:
                first[audit] = min(number, first.get(audit, number))
        self.events = _events(first, newest)
        self.audits = _audits(first)

    def message(self, lack: Behind) -> bytes:
        audit, number, was, now = lack
        newest = self.newest[audit]
        if was != now:
            return refetch(newest, "role")
        if number > newest:
            return refetch(newest, "unknown")
        if newest - number > MOST_EVENTS:
            return refetch(newest, "many")
        events = [event for event in self.events[audit] if event.number > number]
        if [event.number for event in events] != list(range(number + 1, newest + 1)):
            return refetch(newest, "gap")
        return self._changes(self.audits[audit], events, now)

    def _changes(self, audit: Audit, events: Sequence[Event], variant: str) -> bytes:
        newest = events[-1].number
        try:
            told = [live_parts.told(event) for event in events]
            html = live_parts.of_events(audit, events, variant)
        except Exception:
            # One audit that cannot be shown must not keep the others' viewers waiting.
            logger.exception("Audit %s cannot be told of live.", audit.pk)
            return refetch(newest, "fault")
        return sse.message("changes", {"events": told, "html": html}, number=newest)


def refetch(newest: int, why: str) -> bytes:
    """That the page is to be read anew, for what is missing is too much or not known."""
    return sse.message("refetch", {"number": newest, "why": why}, number=newest)


def _events(first: Heads, newest: Heads) -> dict[uuid.UUID, list[Event]]:
    """What came after those numbers, up to the newest; what is newer yet is told the next time,
    as one with what it brought."""
    found: dict[uuid.UUID, list[Event]] = defaultdict(list)
    wanted = Q()
    for audit, number in first.items():
        if number < newest[audit]:
            wanted |= Q(audit=audit, number__gt=number, number__lte=newest[audit])
    if wanted:
        for event in Event.objects.filter(wanted).order_by("audit_id", "number"):
            found[event.audit_id].append(event)
    return found


def _audits(pks: Heads) -> dict[uuid.UUID, Audit]:
    return Audit.objects.select_related("project__team").in_bulk(pks) if pks else {}
