"""Following a guest's link, which takes no account.

To open it changes nothing, so that what follows links by itself, as mail scanners do, joins
nothing. Whoever joins has it in the session from then on, and no page tells the token to another.
"""

from typing import Any

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audits import access_reviews
from audits.access_reviews import Visitor
from audits.http import Request, for_guests, require_form
from audits.models import AgendaPoint, Participant, Review
from audits.models.lifecycle import ReviewState


@login_not_required
@never_cache
@require_form
def guest_link(request: Request, token: str) -> HttpResponse:
    response = _of_link(request, token)
    # The address holds the token. Without any referrer browsers send no origin either, and a form
    # from nowhere is refused.
    response["Referrer-Policy"] = "strict-origin"
    return response


def _of_link(request: Request, token: str) -> HttpResponse:
    found = Participant.objects.of_token(token)
    if found is None:
        slow_down = ratelimit.consume_or_429(request, action="open_guest_link", limit_get=True)
        return slow_down or render(request, "invitations/unknown.html", status=404)
    guest, number = found
    if _is_member(request, guest.review):
        return redirect(_place(guest.review, guest.review.get_absolute_url()))
    if reason := _why_not(guest, number):
        context = {"review": guest.review, "reason": reason}
        return render(request, "reviews/guest_over.html", context, status=410)
    if request.method == "POST":
        return _join(request, guest)
    return render(request, "reviews/guest_join.html", {"guest": guest, "review": guest.review})


def _join(request: Request, guest: Participant) -> HttpResponse:
    # Whoever gave this browser its session shall not be in with it.
    request.session.cycle_key()
    rotate_token(request)
    access_reviews.remember_guest(request, guest)
    return redirect(_place(guest.review, reverse("guest-review", args=[guest.review_id])))


def _why_not(guest: Participant, number: int) -> str:
    if not guest.admits(number):
        return guest.why_no_entry
    if guest.review.state == ReviewState.CANCELLED:
        return f"This review does not take place. {guest.review.statement}"
    return ""


def _is_member(request: Request, review: Review) -> bool:
    user = request.user
    return user.is_authenticated and Review.objects.visible_to(user).filter(pk=review.pk).exists()


def _place(review: Review, otherwise: str) -> str:
    return reverse("room", args=[review.pk]) if review.is_running else otherwise


@for_guests
@never_cache
@require_safe
def guest_review(request: Request, pk) -> HttpResponse:
    """What a guest sees before the meeting, and after."""
    visitor = access_reviews.visitor(request, pk)
    if not visitor.is_guest:
        return redirect(visitor.review)
    return render(request, "reviews/guest_review.html", _context(visitor))


@for_guests
@require_POST
def guest_leave(request: Request, pk) -> HttpResponse:
    """This browser is the guest's no more; the link still works."""
    visitor = access_reviews.visitor(request, pk)
    review = visitor.review
    if visitor.is_guest:
        access_reviews.forget_guest(request, review)
        # A room that another tab has open goes by the session, and ends with its key.
        request.session.cycle_key()
    return render(request, "reviews/guest_left.html", {"review": review})


def _context(visitor: Visitor) -> dict[str, Any]:
    review = visitor.review
    return {
        "visitor": visitor,
        "review": review,
        "audit": review.audit,
        "project": review.audit.project,
        "points": AgendaPoint.objects.filter(review=review),
        "people": review.participants.standing().select_related("user"),
    }
