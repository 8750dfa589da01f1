"""The “may I?” query of reviews, for members and for guests; see `audits/access.py`.

Its views have `@for_guests` (audits/http.py), since a guest has no account. Who is neither a
member nor a guest is sent to the sign-in when signed out, and gets a 404 otherwise.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from audits.access import EDITOR
from audits.models import Membership, Participant, Review, User
from audits.models.errors import RuleBroken

# In the session: {review: [participant, number of the link that was followed]}.
GUEST = "guest"


class SignInMissing(Exception):
    """Somebody who is signed out asks for what they might see as a member."""


class GuestLinkOver(RuleBroken):
    """Of a guest who was in: by now the link is withdrawn, renewed or past its end."""

    status = 410

    def __init__(self, participant: Participant):
        super().__init__(participant.why_no_entry)
        self.review = participant.review


@dataclass
class Visitor:
    """Somebody at a review: a member of its team, or a guest. `participant` is None for a member
    who was not invited and has not joined."""

    review: Review
    participant: Participant | None = None
    membership: Membership | None = None

    @property
    def is_guest(self) -> bool:
        return self.membership is None

    @property
    def user(self) -> User | None:
        """None for a guest, also for one who is signed in to an account of another team."""
        return self.membership.user if self.membership else None

    @property
    def name(self) -> str:
        if self.membership:
            return str(self.membership.user)
        return self.participant.name if self.participant else ""

    @property
    def may_edit(self) -> bool:
        return self.membership is not None and self.membership.may_edit

    def join(self) -> Participant:
        """The participant, who is made for a member who was not invited."""
        if self.participant is None:
            if self.membership is None:
                raise Http404
            self.participant = Participant.objects.member(self.review, self.membership.user)
        return self.participant


def visitor(request: HttpRequest, review_pk) -> Visitor:
    """Who asks, at that review, with its audit, project and team."""
    user: Any = request.user
    if user.is_authenticated:
        visible = _reviews(Review.objects.visible_to(user))
        with_role = visible.annotate(role=F("audit__project__team__memberships__role"))
        if review := with_role.filter(pk=review_pk).first():
            return _member(user, review)
    if guest := _guest(request, review_pk):
        return guest
    if user.is_authenticated:
        raise Http404
    raise SignInMissing


def visitor_for_edit(request: HttpRequest, review_pk) -> Visitor:
    found = visitor(request, review_pk)
    if not found.may_edit:
        raise PermissionDenied(
            "Guests look and speak: what is decided is up to the team."
            if found.is_guest
            else f"Your role in this team does not let you do that: ask {EDITOR}."
        )
    return found


def visitor_for_roll_call(request: HttpRequest, review_pk) -> Visitor:
    """For who may approve; in which role, says the policy."""
    found = visitor(request, review_pk)
    if found.membership is None:
        raise PermissionDenied("Guests look and speak: for a role speaks who may sign in it.")
    if not found.membership.may_approve:
        raise PermissionDenied(
            "Your role in this team does not let you do that: ask an approver to do it."
        )
    return found


def remember_guest(request: HttpRequest, participant: Participant) -> None:
    """From now on this session is the guest's, in that review, as long as the link holds."""
    guests = request.session.get(GUEST, {})
    request.session[GUEST] = guests | {
        str(participant.review_id): [str(participant.pk), participant.link_number]
    }


def forget_guest(request: HttpRequest, review: Review) -> None:
    guests = request.session.get(GUEST, {})
    request.session[GUEST] = {pk: guests[pk] for pk in guests if pk != str(review.pk)}


def _reviews(queryset: QuerySet[Review]) -> QuerySet[Review]:
    return queryset.select_related("audit__project__team")


def _member(user: User, review: Any) -> Visitor:
    membership = Membership(team=review.audit.project.team, user=user, role=review.role)
    review.audit.viewer = membership
    return Visitor(review, review.participants.filter(user=user).first(), membership)


def _guest(request: HttpRequest, review_pk) -> Visitor | None:
    """By what the session remembers; it never says more than the row."""
    pk, number = request.session.get(GUEST, {}).get(str(review_pk), (None, None))
    if pk is None:
        return None
    guests = Participant.objects.guests().select_related("review__audit__project__team")
    participant = guests.filter(review=review_pk, pk=pk).first()
    if participant is None:
        return None
    if not participant.admits(number):
        raise GuestLinkOver(participant)
    return Visitor(participant.review, participant)


def review_for_view(user: User, pk) -> Review:
    """For members alone, with who looks at it, as `audit.viewer`."""
    visible = _reviews(Review.objects.visible_to(user)).select_related("facilitator", "lead")
    with_role = visible.annotate(role=F("audit__project__team__memberships__role"))
    review: Any = get_object_or_404(with_role, pk=pk)
    team = review.audit.project.team
    review.audit.viewer = Membership(team=team, user=user, role=review.role)
    return review


def review_for_edit(user: User, pk) -> Review:
    """For who may plan, arrange and start it."""
    review = review_for_view(user, pk)
    if review.audit.viewer is None or not review.audit.viewer.may_edit:
        raise PermissionDenied(f"Your role in this team does not let you do that: ask {EDITOR}.")
    return review
