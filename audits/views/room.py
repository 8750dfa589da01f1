"""The room of a review: what is shown, who leads, what is decided. Members and guests alike."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from audits import access_reviews
from audits.access_reviews import Visitor
from audits.forms.answers import VersionedForm
from audits.forms.correct import correct, explain
from audits.forms.room import DecisionForm, LeadForm, ShowForm
from audits.http import Request, for_guests
from audits.models import AgendaPoint, Review, leading
from audits.models.decisions import Decision, confirm, mark_of
from audits.models.errors import OffAgenda, Outdated, Refused, RuleBroken
from audits.views import room_parts
from audits.views.room_html import own
from audits.views.room_parts import FOLLOW
from audits.views.room_point import both_versions

# In the address: look at the agenda as a whole.
OVERVIEW = "0"


@for_guests
@require_safe
@vary_on_headers("HX-Request")
def room(request: Request, pk) -> HttpResponse:
    """With `?point=` what somebody looks at who broke away; for htmx the parts alone."""
    visitor = access_reviews.visitor(request, pk)
    return shown(request, visitor, _looked_at(request.GET.get("point", ""), visitor.review))


def shown(
    request: Request,
    visitor: Visitor,
    at: Any = FOLLOW,
    *,
    form: DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The room as it is now; `form` is a decision that was sent and not taken."""
    parts = room_parts.parts(visitor.review, room_parts.variant_of(visitor), at, form)
    html = {name: own(request, part) for name, part in parts.items()}
    if request.htmx:
        return HttpResponse("".join(html.values()), status=status)
    context = {
        "review": visitor.review,
        "visitor": visitor,
        "parts": {name.removeprefix("room-"): part for name, part in html.items()},
        "is_away": at is not FOLLOW,
    }
    return render(request, "reviews/room.html", context, status=status)


def back(request: Request, visitor: Visitor, row: Review | None = None) -> HttpResponse:
    """After a change: the room as it is now; without scripts, its page. `row` is the review that
    a verb returned: by now somebody else may lead."""
    if row is not None:
        visitor.review.lead_id = row.lead_id
    at = _looked_at(request.POST.get("at", ""), visitor.review)
    if request.htmx:
        return shown(request, visitor, at)
    address = reverse("room", args=[visitor.review.pk])
    return redirect(address if at is FOLLOW else f"{address}?point={at or OVERVIEW}")


def _looked_at(asked: str, review: Review) -> Any:
    """A point's primary key, or None for the agenda as a whole."""
    if asked == OVERVIEW:
        return None
    if not asked.isascii() or not asked.isdigit() or len(asked) > 18:
        return FOLLOW
    return int(asked) if review.points.filter(pk=asked).exists() else FOLLOW


@for_guests
@require_POST
def room_show(request: Request, pk) -> HttpResponse:
    visitor = access_reviews.visitor_for_edit(request, pk)
    form = ShowForm(request.POST)
    if not form.is_valid():
        raise Refused("That is no point of this agenda.")
    row = leading.show(visitor.review, form.cleaned_data["point"], by=request.user)
    return back(request, visitor, row)


@for_guests
@require_POST
def room_lead(request: Request, pk) -> HttpResponse:
    """Hand the lead over, or take it."""
    visitor = access_reviews.visitor_for_edit(request, pk)
    form = LeadForm(request.POST, team=visitor.review.audit.project.team)
    if not form.is_valid():
        raise Refused("Only a member of the team who may edit can lead.")
    to = form.cleaned_data["to"]
    if to and to != request.user:
        row = leading.hand_over(visitor.review, to, by=request.user)
    else:
        row = leading.take(visitor.review, by=request.user)
    return back(request, visitor, row)


@for_guests
@require_POST
def room_decide(request: Request, pk, point_pk) -> HttpResponse:
    visitor, point = _point(request, pk, point_pk)
    form = DecisionForm(request.POST, team=visitor.review.audit.project.team)
    if not form.is_valid():
        return _again(request, visitor, point, form, 422)
    try:
        _said(request, form).on(point)
    except OffAgenda:
        raise  # there is no form any more to say it in
    except (Refused, Outdated) as error:
        return _refused(request, visitor, point, form, error)
    return back(request, visitor)


def _said(request: Request, form: DecisionForm) -> Decision:
    given = dict(form.cleaned_data)
    seen_version, seen = given.pop("version"), given.pop("seen")
    return Decision(
        **given,
        by=request.user,
        seen_version=seen_version,
        seen=seen if "seen" in form.data else None,
    )


@for_guests
@require_POST
def room_confirm(request: Request, pk, point_pk) -> HttpResponse:
    """The approver accepts the risk in person."""
    visitor, point = _point(request, pk, point_pk)
    form = VersionedForm(request.POST)
    if not form.is_valid():
        raise Refused(str(form.non_field_errors()[0]))
    confirm(point, by=request.user, seen_version=form.cleaned_data["version"])
    return back(request, visitor)


def _point(request: Request, pk, point_pk) -> tuple[Visitor, AgendaPoint]:
    visitor = access_reviews.visitor_for_edit(request, pk)
    rows = visitor.review.points.select_related("answer__item", "action")
    point = get_object_or_404(rows, pk=point_pk)
    point.review = visitor.review
    visitor.review.audit.refuse_if_sealed()
    return visitor, point


def _refused(
    request: Request, visitor: Visitor, point: AgendaPoint, form: DecisionForm, error: RuleBroken
) -> HttpResponse:
    """The form once more with what was typed, and the reason."""
    if isinstance(error, Outdated):
        point.refresh_from_db()
        form.versions = both_versions(form, point)
    else:
        explain(form, error)
    return _again(request, visitor, point, form, error.status)


def _again(
    request: Request, visitor: Visitor, point: AgendaPoint, form: DecisionForm, status: int
) -> HttpResponse:
    about = point.about
    if about is not None:
        about.refresh_from_db()
    # What the page shows now: deciding again works.
    correct(form, version=about.version if about else "", seen=mark_of(point))
    return shown(request, visitor, point.pk, form=form, status=status)
