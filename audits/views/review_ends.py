"""Deciding in a review: a word in the roll call, the end, and the signatures of those present."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from audits import access, access_reviews
from audits.access_reviews import Visitor
from audits.forms.correct import correct, explain
from audits.forms.review_ends import EndForm, WordForm
from audits.forms.sign_offs import ADD
from audits.http import Request, for_guests, posted, require_form
from audits.models import Release, Review, Word, policies, review_ends
from audits.models.errors import NotAllowed, Outdated, Refused
from audits.models.lifecycle import Outcome, ReviewState
from audits.models.review_ends import Standing
from audits.models.reviews import ReviewNotSo
from audits.models.roll_call import NOT_NAMED, voices
from audits.models.snapshots import state_seen
from audits.views import room_end
from audits.views.condition_rows import rows_again, rows_of
from audits.views.obstacle_groups import groups
from audits.views.room_parts import variant_of
from audits.views.round_page import context_of


@for_guests
@require_safe
def review_decide(request: Request, pk) -> HttpResponse:
    """Roll call, decision and signatures, in the order in which they come."""
    return _page(request, access_reviews.visitor(request, pk))


@require_POST
def review_word(request: Request, pk) -> HttpResponse:
    """One's own word in the roll call."""
    visitor = access_reviews.visitor_for_roll_call(request, pk)
    review = visitor.review
    review.refuse_unless(ReviewState.RUNNING)
    mine = [voice.role for voice in voices(review) if request.user in voice.people]
    if not mine:
        raise NotAllowed(NOT_NAMED)
    form = WordForm(request.POST, roles=mine, rules=policies.in_force(review.audit))
    if form.is_valid():
        try:
            word = Word.objects.say(review, by=request.user, **form.cleaned_data)
        except Refused as error:
            explain(form, error)
        else:
            visitor.join()
            messages.success(request, f"Your word as {word.role} is in.")
            return redirect("review-decide", review.pk)
    return _page(request, visitor, form=form, status=422)


@require_POST
def review_word_back(request: Request, pk) -> HttpResponse:
    visitor = access_reviews.visitor_for_roll_call(request, pk)
    role = request.POST.get("role", "")
    Word.objects.take_back(visitor.review, by=request.user, role=role)
    return redirect("review-decide", visitor.review.pk)


@require_POST
def review_propose(request: Request, pk) -> HttpResponse:
    """After a no-go: the proposal that a signer then refuses."""
    review = access_reviews.visitor_for_edit(request, pk).review
    review_ends.propose_no_go(review, by=request.user, seen=request.POST.get("seen", ""))
    return redirect("review-decide", review.pk)


@require_form
def review_end(request: Request, pk) -> HttpResponse:
    """For an editor: the outcome, with conditions where it is a conditional go."""
    visitor = access_reviews.visitor_for_edit(request, pk)
    review = visitor.review
    if review.state == ReviewState.ENDED and not posted(request):
        return redirect("review-decide", review.pk)
    if not review.is_running and not posted(request):
        raise ReviewNotSo(review.state)
    stand = review_ends.standing(review)
    form, rows = _form(request, review), rows_of(request, stand.audit, stand.obstacles, "outcome")
    if not form.is_bound:
        return _end_page(request, review, stand, form, rows)
    status = 422
    if form.is_valid() and (not rows.is_bound or rows.is_valid()):
        try:
            return _ended(request, review, form, rows)
        except (Refused, Outdated) as error:
            status = error.status
            explain(form, error)
    if status == 409:
        review = access_reviews.visitor_for_edit(request, pk).review
        stand = review_ends.standing(review)
        correct(form, seen=state_seen(review.audit))
        rows = rows_again(rows, stand.audit, stand.obstacles)
    return _end_page(request, review, stand, form, rows, status)


def _ended(request: Request, review: Review, form: EndForm, rows) -> HttpResponse:
    told = form.cleaned_data
    row = review_ends.end(
        review,
        outcome=told["outcome"],
        by=request.user,
        seen=told["seen"],
        statement=told["statement"],
        release=told["release"],
        conditions=rows.asked() if rows.is_bound else (),
    )
    messages.success(request, f"The review has ended: {row.get_outcome_display().lower()}.")
    return redirect("review-decide", row.pk)


def _form(request: Request, review: Review) -> EndForm:
    """As it is shown, as it is sent, or as it was typed when one row more was asked for."""
    if ADD in request.POST:
        return EndForm(initial=request.POST.dict())
    latest = Release.objects.latest_of(review.audit.project)
    initial = {
        "outcome": request.GET.get("outcome", ""),
        "release": latest.name if latest else "",
        "seen": state_seen(review.audit),
    }
    return EndForm(posted(request), initial=initial)


def _end_page(
    request: Request, review: Review, stand: Standing, form: EndForm, rows, status: int = 200
) -> HttpResponse:
    context = {
        "review": review,
        "audit": review.audit,
        "project": review.audit.project,
        "form": form,
        "rows": rows,
        "voices": stand.voices,
        "spoken": sum(1 for voice in stand.voices if voice.words),
        "possible": room_end.possible(stand),
        "obstacles": stand.obstacles,
        "groups": groups(review.audit, stand.obstacles),
        "undecided": review.points.filter(decision="").count(),
    }
    return render(request, "reviews/end_form.html", context, status=status)


def _page(
    request: Request, visitor: Visitor, *, form: WordForm | None = None, status: int = 200
) -> HttpResponse:
    review = visitor.review
    parts = room_end.parts(review, variant_of(visitor)).values()
    context = {
        "review": review,
        "visitor": visitor,
        "audit": review.audit,
        "project": review.audit.project,
        "parts": [mark_safe(part) for part in parts],  # noqa: S308  # nosec
    }
    if visitor.user is not None:
        context |= _own(request, review, form)
    return render(request, "reviews/end_decide.html", context, status=status)


def _own(request: Request, review: Review, form: WordForm | None) -> dict[str, Any]:
    """What is for this person alone: the word, or the signature."""
    if review.is_running:
        return _own_word(request, review, form)
    if review.round and review.round.is_proposed:
        row = access.round_for_view(request.user, review.round_id)
        return {"signing": context_of(request, row), "is_no_go": review.outcome == Outcome.NO_GO}
    if review_ends.waits_for_proposal(review):
        return {"seen": state_seen(review.audit)}
    return {}


def _own_word(request: Request, review: Review, form: WordForm | None) -> dict[str, Any]:
    found = voices(review)
    mine = [voice for voice in found if request.user in voice.people]
    said = [word for voice in mine if (word := voice.word_of(request.user))]
    if form is None and mine:
        form = WordForm(
            roles=[voice.role for voice in mine],
            rules=policies.in_force(review.audit),
            initial=_as_said(said),
        )
    return {"form": form if mine else None, "said": said}


def _as_said(said: Sequence[Word]) -> dict[str, str]:
    """The only word that somebody gave, to be changed."""
    if len(said) != 1:
        return {}
    word = said[0]
    return {"role": word.role, "decision": word.decision, "statement": word.statement}
