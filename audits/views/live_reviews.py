"""What is new in the rooms of reviews: the whole state each time, made once for all of a variant,
so that nothing can be lost and nothing shown twice."""

import logging
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from audits.live import sse
from audits.live.source import News
from audits.live.viewers import Kind, Viewer
from audits.models import Presence, Review
from audits.views import live_parts, room_parts

logger = logging.getLogger(__name__)


class State(NamedTuple):
    """What tells one state of a room from the next."""

    version: int
    # Of the audit's events.
    number: int
    lead: int | None
    point: int | None
    # Participants in the room.
    here: frozenset[uuid.UUID]


def news(viewers: Sequence[Viewer]) -> list[News]:
    """What these do not have yet; viewers of audits are none of ours."""
    inside = [viewer for viewer in viewers if viewer.kind is Kind.REVIEW]
    if not inside:
        return []
    states = _states({viewer.review for viewer in inside})
    behind: dict[tuple[Any, str], list[Viewer]] = defaultdict(list)
    for viewer in inside:
        state = states.get(viewer.review)
        if state is not None:
            variant = _variant(viewer, state)
            if viewer.seen != (state, variant):
                behind[viewer.review, variant].append(viewer)
    return [
        News(_message(review, states[review], variant), group, {"seen": (states[review], variant)})
        for (review, variant), group in behind.items()
    ]


def _variant(viewer: Viewer, state: State) -> str:
    """That of the lead moves with the lead, among those who may edit."""
    leads = viewer.claim.user is not None and viewer.claim.user == state.lead
    is_editor = viewer.variant == live_parts.EDITOR
    return live_parts.LEAD if leads and is_editor else viewer.variant


def _states(reviews: set[Any]) -> dict[Any, State]:
    here: dict[Any, set[uuid.UUID]] = defaultdict(set)
    present = Presence.objects.alive().filter(participant__review__in=reviews).order_by()
    pairs = present.values_list("participant__review", "participant").distinct()
    for review, participant in pairs:
        here[review].add(participant)
    rows = Review.objects.filter(pk__in=reviews).order_by()
    fields = rows.values_list("pk", "version", "audit__events_count", "lead", "point")
    return {
        pk: State(version, number, lead, point, frozenset(here[pk]))
        for pk, version, number, lead, point in fields
    }


def _message(review: uuid.UUID, state: State, variant: str) -> bytes:
    try:
        parts = room_parts.parts(Review.objects.get(pk=review), variant)
    except Exception:
        # One room that cannot be shown must not keep the others waiting.
        logger.exception("Review %s cannot be shown live.", review)
        return sse.message("refetch", {"number": state.version, "why": "fault"})
    told = {"version": state.version, "point": state.point, "parts": parts}
    return sse.message("room", told)
