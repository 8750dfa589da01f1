"""Who takes part in a review: what editors do. Following a guest's link is in `guests.py`."""

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audits import access_reviews
from audits.forms.participants import GuestForm, MembersForm, RenewForm
from audits.http import Request, for_guests, posted, require_form
from audits.models import Participant, Review, calendars
from audits.models.errors import Refused
from audits.models.participants import AHEAD
from audits.views.participant_rows import context, people_of


@never_cache
@require_form
def participant_list(request: Request, pk) -> HttpResponse:
    """Who takes part, and the form that invites members."""
    review = access_reviews.visitor_for_edit(request, pk).review
    form = MembersForm(posted(request), review=review)
    if not form.is_bound:
        return _page(request, review)
    if slow_down := ratelimit.consume_or_429(request, action="invite"):
        return slow_down
    if form.is_valid():
        users = form.cleaned_data["users"]
        try:
            made = Participant.objects.invite_members(review, users, by=request.user)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return _answer(request, review, ", ".join(each.name for each in made))
    return _page(request, review, members=form, status=422)


@never_cache
@require_POST
def guest_invite(request: Request, pk) -> HttpResponse:
    review = access_reviews.visitor_for_edit(request, pk).review
    form = GuestForm(request.POST, auto_id="guest-%s")
    if slow_down := ratelimit.consume_or_429(request, action="invite"):
        return slow_down
    if form.is_valid():
        asked = form.cleaned_data
        try:
            _count(request, asked["email"])
            guest = Participant.objects.invite_guest(review, **asked, by=request.user)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return _answer(request, review, guest.name)
    return _page(request, review, guest=form, status=422)


@require_POST
def guest_renew(request: Request, pk, participant_pk) -> HttpResponse:
    """A new link; the one before ends."""
    participant = _for_edit(request, pk, participant_pk)
    form = RenewForm(request.POST)
    if not form.is_valid():
        raise Refused("Choose until when the link works.")
    _count(request, participant.email)
    guest = participant.renew(by=request.user, days=form.cleaned_data["days"])
    return _answer(request, participant.review, guest.name)


@require_POST
def participant_mail(request: Request, pk, participant_pk) -> HttpResponse:
    """The same invitation once more."""
    participant = _for_edit(request, pk, participant_pk)
    if not settings.MAIL_IS_SENT:
        raise Refused("This installation sends no mail: hand the link over yourself.")
    participant.review.refuse_unless(*AHEAD)
    _count(request, participant.email)
    participant.mail_again()
    return _answer(request, participant.review, participant.name)


@require_POST
def participant_withdraw(request: Request, pk, participant_pk) -> HttpResponse:
    participant = _for_edit(request, pk, participant_pk)
    participant.withdraw(by=request.user)
    messages.success(request, f"The invitation of {participant.name} is withdrawn.")
    return redirect("participant-list", pk)


@for_guests
@require_safe
def review_calendar(request: Request, pk) -> HttpResponse:
    """For calendars that got no mail."""
    visitor = access_reviews.visitor(request, pk)
    review = visitor.review
    path = reverse("guest-review", args=[pk]) if visitor.is_guest else review.get_absolute_url()
    link = f"{settings.PUBLIC_URL}{path}"
    file = calendars.to_download(review, link=link)
    response = HttpResponse(file, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="review-{review.number}.ics"'
    return response


def _for_edit(request: Request, pk, participant_pk) -> Participant:
    review = access_reviews.visitor_for_edit(request, pk).review
    participant = get_object_or_404(review.participants, pk=participant_pk)
    participant.review = review
    return participant


def _count(request: Request, email: str) -> None:
    if not ratelimit.consume(request, action="invite_address", key=email):
        raise Refused(
            f"{email} was sent several mails within the hour. Wait before you send another.",
            field="email",
        )


def _answer(request: Request, review: Review, whom: str) -> HttpResponse:
    if review.state not in AHEAD:
        messages.success(
            request, f"{whom} has a new link: hand it over, since no mail leaves now."
        )
    elif settings.MAIL_IS_SENT:
        messages.success(request, f"A mail is on its way to {whom}.")
    else:
        messages.success(request, f"{whom}: invited. No mail is sent here, so tell them yourself.")
    return redirect("participant-list", review.pk)


def _page(
    request: Request, review: Review, *, members=None, guest=None, status: int = 200
) -> HttpResponse:
    found = {
        "review": review,
        "audit": review.audit,
        "project": review.audit.project,
        "members": members or MembersForm(review=review),
        "guest": guest or GuestForm(auto_id="guest-%s"),
        "renew": RenewForm(auto_id=False),
        "arranges": True,
        **context(review, people_of(review), may_edit=True),
    }
    return render(request, "reviews/participant_list.html", found, status=status)
