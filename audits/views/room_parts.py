"""The room of a review in parts: element id -> HTML, the whole state, and the same for everybody
of a variant. The first page and the stream show the same; forms hold a placeholder for the token,
see room_html.py."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import BinaryField, Case, When

from audits.access_reviews import Visitor
from audits.forms.room import DecisionForm
from audits.models import AgendaPoint, Membership, Review, leading, progress
from audits.views import room_end, room_people, room_point, room_talk
from audits.views.live_parts import EDITOR, GUEST, LEAD, MAY_EDIT, VIEWER
from audits.views.room_clock import Clock
from audits.views.room_html import shared

# Nobody can guess them, so that nobody writes one.
PLACES = {name: f"here{secrets.token_hex(8)}" for name in ("talk", "end")}
# Look at what the lead shows.
FOLLOW: Any = object()


def variant_of(visitor: Visitor) -> str:
    """Whose controls somebody has."""
    if visitor.is_guest:
        return GUEST
    if not visitor.may_edit:
        return VIEWER
    leads = visitor.user is not None and visitor.user.pk == visitor.review.lead_id
    return LEAD if leads else EDITOR


def parts(
    review: Review, variant: str, at: Any = FOLLOW, form: DecisionForm | None = None
) -> dict[str, str]:
    """`at` is the point that is looked at, None for the agenda as a whole; `form` what was sent
    of the decision on it and not taken."""
    return Room(_read(review), variant, at, form).parts()


def _read(review: Review) -> Review:
    rows = Review.objects.select_related("audit__project__team", "lead", "facilitator")
    return rows.defer("minutes").get(pk=review.pk)


@dataclass
class Room:
    """What is read once for all parts."""

    review: Review
    variant: str
    at: Any = FOLLOW
    form: DecisionForm | None = None
    points: Sequence[AgendaPoint] = field(init=False)

    def __post_init__(self) -> None:
        rows = self.review.points.select_related(
            *("answer__item", "answer__owner", "answer__approver", "answer__changed_by"),
            *("action__owner", "note_by"),
        )
        # A document may be large: that of the note which is looked at is read alone, and with
        # the rest, since the point may be gone a moment later.
        at = self.review.point_id if self.at is FOLLOW else self.at
        document = Case(When(pk=at or 0, then="note_state"), output_field=BinaryField())
        rows = rows.defer("note_state").annotate(document=document)
        points: list[Any] = list(rows.order_by("position", "pk"))
        self.points = points
        for point in points:
            point.review = self.review
            if point.pk == at:
                point.note_state = point.document
            if point.answer:
                point.answer.audit = self.review.audit

    def parts(self) -> dict[str, str]:
        context = self._context()
        found = {
            f"room-{name}": shared(f"reviews/room_{name}.html", context)
            for name in ("head", "people", "bar", "rail")
        }
        stage = shared("reviews/room_stage.html", self._stage(context) | {"places": PLACES})
        return found | {"room-stage": self._filled(stage)}

    def _filled(self, stage: str) -> str:
        """The stage with what other modules make for it, in its place: each has placeholders of
        its own already."""
        if self.review.is_running and self.looked_at is not None:
            place, found = PLACES["talk"], room_talk.parts(self.looked_at, self.variant)
        else:
            place, found = PLACES["end"], room_end.parts(self.review, self.variant)
        return stage.replace(place, "".join(found.values()))

    @cached_property
    def shown(self) -> AgendaPoint | None:
        """What the lead shows."""
        return self._find(self.review.point_id)

    @cached_property
    def looked_at(self) -> AgendaPoint | None:
        return self.shown if self.at is FOLLOW else self._find(self.at)

    @property
    def is_away(self) -> bool:
        return self.looked_at is not self.shown

    @cached_property
    def roster(self) -> dict[int, Membership]:
        """The team, by the primary keys of its members."""
        members = self.review.audit.project.team.memberships.filter(user__is_active=True)
        rows = members.select_related("user").order_by("user__name", "user__email")
        return {member.user_id: member for member in rows}

    def _find(self, pk: Any) -> AgendaPoint | None:
        return next((point for point in self.points if point.pk == pk), None)

    def _context(self) -> dict[str, Any]:
        review, audit = self.review, self.review.audit
        people = room_people.context_of(review, leading.in_room(review), self.roster)
        return people | {
            "variant": self.variant,
            "audit": audit,
            "may_edit": self.variant in MAY_EDIT and not audit.is_sealed,
            "is_member": self.variant != GUEST,
            "points": self.points,
            "shown": self.shown,
            "looked_at": self.looked_at,
            "is_away": self.is_away,
            "decided": sum(1 for point in self.points if point.decision),
            "clocks": self._clocks(),
            **self._around(),
        }

    def _clocks(self) -> list[Clock]:
        review = self.review
        if not review.started_at:
            return []
        whole = Clock(
            *("room-clock-whole", "All", review.started_at),
            aim=review.planned_minutes * 60,
            ended=review.ended_at,
        )
        if not review.is_running or self.shown is None:
            return [whole]
        point = Clock("room-clock-point", "Point", review.point_since, review.point_seconds)
        return [point, whole]

    def _around(self) -> dict[str, Any]:
        """Where the shown point stands, and what comes before and after it: the agenda as a whole
        is at both ends."""
        if self.shown is None:
            ends = {"first": self.points[0], "last": self.points[-1]} if self.points else {}
            return {"place": 0, "next": ends.get("first"), "previous": ends.get("last")}
        index = self.points.index(self.shown)
        return {
            "place": index + 1,
            "next": self.points[index + 1] if index + 1 < len(self.points) else None,
            "previous": self.points[index - 1] if index else None,
        }

    def _stage(self, context: dict[str, Any]) -> dict[str, Any]:
        review, point = self.review, self.looked_at
        if not review.is_running or point is None:
            return context | {"progress": vars(progress.of_audit(review.audit))}
        context = context | room_point.context_of(review.audit, point)
        if context["may_edit"]:
            roster = self.roster.values()
            context |= {"form": room_point.decision_of(point, roster, self.form)}
        return context
