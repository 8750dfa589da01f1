"""Does an audit's past still hold? Walks the chain of events and what was sealed on it."""

from dataclasses import dataclass

from django.db import transaction

from audits.models import proofs
from audits.models.audits import Audit
from audits.models.disorder import OutOfOrder
from audits.models.events import GENESIS, Event
from audits.models.replay import Replay

# What a row raises that was not written here: a float, no JSON, no date.
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True)
class BrokenLink:
    """The first place where a chain does not hold."""

    number: int
    reason: str


def find_broken_link(audit: Audit, *, files: bool = False) -> BrokenLink | None:
    """The first link of an audit that is broken, or None: an event that does not follow, or of
    which the rows tell something else. With `files` the bytes of its evidence and of its sealed
    reports too.

    Events are read 1,000 at a time, snapshots one at a time, and rows some at a time; of the past
    is kept what each answer, comment and piece of evidence was left at."""
    if _walk(audit, files) is None:
        return None
    # A change may have come between two reads: look again while nobody can write.
    with transaction.atomic():
        return _walk(Audit.objects.locked(audit.pk), files)


def _walk(audit: Audit, files: bool) -> BrokenLink | None:
    previous, number, replay = GENESIS, 0, Replay()
    try:
        for event in audit.events.order_by("number").iterator(chunk_size=1000):
            number += 1
            if reason := _fault(event, number, previous):
                return BrokenLink(number, reason)
            if reason := _disorder(event, replay):
                return BrokenLink(number, reason)
            previous = event.hash
    except UNREADABLE:
        return BrokenLink(number + 1, "it cannot be read")
    return _broken_end(audit, number, previous) or _broken_rows(audit, replay, files)


def _fault(event: Event, number: int, previous: str) -> str:
    """What is wrong with an event that should have this number and follow that hash."""
    if event.number != number:
        return f"it is missing; the next event has number {event.number}"
    if event.previous_hash != previous:
        return "it does not follow the event before it"
    try:
        holds = event.holds()
    except UNREADABLE:
        holds = False
    return "" if holds else "its content does not match its hash"


def _disorder(event: Event, replay: Replay) -> str:
    """Why the event cannot have happened then, though its hash holds."""
    try:
        replay.take(event)
    except OutOfOrder as error:
        return str(error)
    except UNREADABLE:
        return "what it tells cannot be read"
    return ""


def _broken_end(audit: Audit, number: int, head: str) -> BrokenLink | None:
    if number < audit.events_count:
        return BrokenLink(number + 1, f"it is missing; the audit counts {audit.events_count}")
    if number > audit.events_count:
        return BrokenLink(audit.events_count + 1, "the audit does not know it")
    if head != audit.events_head:
        return BrokenLink(number, "it is not the last event that the audit knows")
    return None


def _broken_rows(audit: Audit, replay: Replay, files: bool) -> BrokenLink | None:
    try:
        findings = proofs.findings(audit, replay, files=files)
        found = min(findings, default=None, key=lambda finding: finding[0])
    except UNREADABLE:
        return BrokenLink(audit.events_count, "what was sealed on the events cannot be read")
    return BrokenLink(*found) if found else None
