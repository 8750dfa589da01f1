"""Does an audit's past still hold? Walks the chain of events and what was sealed on it."""

from dataclasses import dataclass
from typing import NamedTuple

from django.db import transaction

from audits.models.audits import Audit
from audits.models.events import GENESIS, Event
from audits.models.snapshots import Snapshot
from audits.reports.canonical import digest

SEALED = "audit.sealed"

# What a row raises that was not written here: a float, no JSON, no date.
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True)
class BrokenLink:
    """The first place where a chain does not hold."""

    number: int
    reason: str


class Seal(NamedTuple):
    """An `audit.sealed` event: what it signed, and the hash of the event before it."""

    number: int
    revision: int
    digest: str
    head: str


def find_broken_link(audit: Audit) -> BrokenLink | None:
    """The first link of an audit that is broken, its sealed snapshots included, or None."""
    if _walk(audit) is None:
        return None
    # A change may have come between two reads: look again while nobody can write.
    with transaction.atomic():
        return _walk(Audit.objects.locked(audit.pk))


def _walk(audit: Audit) -> BrokenLink | None:
    previous, number, seals = GENESIS, 0, []
    try:
        for event in audit.events.order_by("number").iterator(chunk_size=1000):
            number += 1
            if reason := _fault(event, number, previous):
                return BrokenLink(number, reason)
            if event.verb == SEALED:
                seals.append(Seal(number, event.revision, event.detail["digest"], previous))
            previous = event.hash
    except UNREADABLE:
        return BrokenLink(number + 1, "it cannot be read")
    return _broken_end(audit, number, previous) or _broken_seal(audit, seals)


def _fault(event: Event, number: int, previous: str) -> str:
    """What is wrong with an event that should have this number and follow that hash."""
    if event.number != number:
        return f"it is missing; the next event has number {event.number}"
    if event.previous_hash != previous:
        return "it does not follow the event before it"
    try:
        holds = event.compute_hash() == event.hash
    except UNREADABLE:
        holds = False
    return "" if holds else "its content does not match its hash"


def _broken_end(audit: Audit, number: int, head: str) -> BrokenLink | None:
    if number < audit.events_count:
        return BrokenLink(number + 1, f"it is missing; the audit counts {audit.events_count}")
    if number > audit.events_count:
        return BrokenLink(audit.events_count + 1, "the audit does not know it")
    if head != audit.events_head:
        return BrokenLink(number, "it is not the last event that the audit knows")
    return None


def _broken_seal(audit: Audit, seals: list[Seal]) -> BrokenLink | None:
    snapshots = {
        snapshot.revision: snapshot
        for snapshot in audit.snapshots.filter(sealed=True).prefetch_related("sign_offs")
    }
    for seal in seals:
        snapshot = snapshots.pop(seal.revision, None)
        if reason := _seal_fault(seal, snapshot):
            return BrokenLink(seal.number, f"revision {seal.revision}: {reason}")
    if snapshots:
        revision = min(snapshots)
        return BrokenLink(
            audit.events_count, f"revision {revision}: no event tells of its sealed snapshot"
        )
    if audit.is_sealed and (not seals or seals[-1].revision != audit.revision):
        return BrokenLink(audit.events_count, "the audit is sealed, but no event sealed it")
    return None


def _seal_fault(seal: Seal, snapshot: Snapshot | None) -> str:
    if snapshot is None:
        return "its sealed snapshot is missing"
    if digest(bytes(snapshot.data)) != snapshot.digest:
        return "the snapshot's bytes do not match its digest"
    if snapshot.digest != seal.digest:
        return "the event names another digest than the snapshot has"
    if snapshot.events_head != seal.head:
        return "the snapshot was not taken on the event before it"
    if snapshot.content()["events"] != {"count": seal.number - 1, "head": seal.head}:
        return "the snapshot's content tells of another chain"
    if {sign_off.digest for sign_off in snapshot.sign_offs.all()} != {seal.digest}:
        return "its sign-off is missing or names another digest"
    return ""
