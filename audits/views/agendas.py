"""The agenda of a review, arranged by people."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from audits.access_reviews import review_for_edit
from audits.forms.reviews import ItemForm, TopicForm
from audits.http import Request
from audits.models import AgendaPoint, Review
from audits.views.review_page import review_page


@require_POST
def agenda_refresh(request: Request, pk) -> HttpResponse:
    review = review_for_edit(request.user, pk)
    new = review.propose_again()
    said = f"{new} new point{'s'[: new != 1]} came to the agenda." if new else "Nothing is new."
    messages.success(request, f"The agenda is up to date. {said}")
    return _back(review)


@require_POST
def agenda_topic(request: Request, pk) -> HttpResponse:
    review = review_for_edit(request.user, pk)
    form = TopicForm(request.POST, auto_id="topic-%s")
    if not form.is_valid():
        return review_page(request, review, topic=form)
    point = AgendaPoint.objects.add_topic(review, form.cleaned_data["title"], by=request.user)
    return _back(review, point)


@require_POST
def agenda_item(request: Request, pk) -> HttpResponse:
    review = review_for_edit(request.user, pk)
    rows = review.audit.answers.filter(retired_at=None).select_related("item").folded()
    answers = list(rows.order_by("position"))
    for answer in answers:
        answer.audit = review.audit
    form = ItemForm(request.POST, answers=answers)
    if not form.is_valid():
        return review_page(request, review, item=form)
    point = AgendaPoint.objects.add_answer(review, form.cleaned_data["item"], by=request.user)
    return _back(review, point)


@require_POST
def agenda_move(request: Request, pk, point_pk) -> HttpResponse:
    review = review_for_edit(request.user, pk)
    point = _point(review, point_pk)
    point.move(request.POST.get("step", ""), by=request.user)
    return _back(review, point)


@require_POST
def agenda_take_off(request: Request, pk, point_pk) -> HttpResponse:
    review = review_for_edit(request.user, pk)
    point = _point(review, point_pk)
    point.take_off(by=request.user)
    messages.success(request, f"“{point}” is off the agenda. It can be put back below.")
    return _back(review)


@require_POST
def agenda_put_back(request: Request, pk) -> HttpResponse:
    review = review_for_edit(request.user, pk)
    point = AgendaPoint.objects.put_back(review, request.POST.get("key", ""), by=request.user)
    return _back(review, point)


def _point(review: Review, pk) -> AgendaPoint:
    point = get_object_or_404(review.points, pk=pk)
    point.review = review
    return point


def _back(review: Review, point: AgendaPoint | None = None) -> HttpResponse:
    """To the point, so that the next press of a key is where the last one was."""
    return redirect(f"{review.get_absolute_url()}#{f'point-{point.pk}' if point else 'agenda'}")
