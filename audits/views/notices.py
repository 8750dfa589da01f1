"""What the page of an audit says above its items: a review, newer editions, unmet conditions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from audits.models import Audit, AuditEdition, Condition, Review
from checklist.models import Edition


@dataclass(frozen=True)
class Unmet:
    """How many of the conditions of a kind are not met, and not waived."""

    open: int
    total: int

    @property
    def settled(self) -> int:
        return self.total - self.open


@dataclass(frozen=True)
class Notices:
    """`review` is the one under way, or else the next; `newer` are the pins of which a newer
    edition exists, as `pin.newer`."""

    review: Review | None
    newer: Sequence[AuditEdition]
    entry: Unmet
    exit: Unmet

    @property
    def has_conditions(self) -> bool:
        return bool(self.entry.total or self.exit.total)

    def __bool__(self) -> bool:
        return bool(self.review or self.newer or self.entry.open or self.exit.total)


def notices(audit: Audit, pins: Sequence[Any]) -> Notices:
    """Of pins that were read `with_newest`: in a query, one more where an edition has conditions,
    and one where a newer edition exists."""
    ahead = audit.reviews.at_hand().defer("minutes")
    review = ahead.order_by(F("started_at").asc(nulls_last=True), "starts_at").first()
    newer = [pin for pin in pins if pin.newest]
    if newer:
        editions = Edition.objects.only("version", "title").in_bulk([pin.newest for pin in newer])
        for pin in newer:
            pin.newer = editions[pin.newest]
    states = []
    if any(pin.edition.entry_conditions or pin.edition.exit_criteria for pin in pins):
        states = list(audit.conditions.order_by().values_list("kind", "state"))
    return Notices(review, newer, _unmet(states, "entry"), _unmet(states, "exit"))


def _unmet(states: Sequence[tuple[str, str]], kind: str) -> Unmet:
    found = [state for each, state in states if each == kind]
    return Unmet(found.count(Condition.State.OPEN), len(found))
