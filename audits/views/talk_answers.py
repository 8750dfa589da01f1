"""How what was sent about a point of the room is answered."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from audits import access_reviews
from audits.access_reviews import Visitor
from audits.http import Request
from audits.models import AgendaPoint, Review
from audits.views import room_talk
from audits.views.room_html import own
from audits.views.room_parts import variant_of


def visitor_at(
    request: Request, pk, point_pk, *, edits: bool = False
) -> tuple[Visitor, AgendaPoint]:
    """Who asks, and the point, which is of their review."""
    look_up = access_reviews.visitor_for_edit if edits else access_reviews.visitor
    visitor = look_up(request, pk)
    points = visitor.review.points.select_related("answer", "note_by")
    point = get_object_or_404(points, pk=point_pk)
    point.review = visitor.review
    return visitor, point


def talked(
    request: Request, visitor: Visitor, point: AgendaPoint, status: int = 200, **forms: Any
) -> HttpResponse:
    """The talk as it is now; without scripts, the room at that point."""
    if not request.htmx:
        return redirect(f"{_room_at(visitor.review, point)}#talk")
    visitor.review.refresh_from_db(fields=["state", "lead", "version"])
    parts = room_talk.parts(point, variant_of(visitor), **forms)
    html = "".join(own(request, part) for part in parts.values())
    return HttpResponse(html, status=status)


def page(
    request: Request,
    visitor: Visitor,
    point: AgendaPoint,
    template: str,
    status: int,
    **context: Any,
) -> HttpResponse:
    """A form on a page of its own, for browsers without scripts."""
    whole = {"review": visitor.review, "point": point, "visitor": visitor} | context
    whole["back"] = _room_at(visitor.review, point)
    return render(request, template, whole, status=status)


def _room_at(review: Review, point: AgendaPoint) -> str:
    """Who looks at what the lead shows goes on following."""
    room = reverse("room", args=[review.pk])
    return room if review.point_id == point.pk else f"{room}?point={point.pk}"
