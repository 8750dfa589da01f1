"""Short ways to a review that is planned, or under way."""

import datetime as dt

from django.test import Client
from django.utils import timezone

from audits.models import AgendaPoint, Answer, Audit, Participant, Review, User


def planned(audit: Audit, by: User, **changes) -> Review:
    """With an empty agenda, whatever was proposed."""
    asked = {
        "title": "Launch review",
        "starts_at": timezone.now() + dt.timedelta(hours=1),
        "roles": ["Approver"],
    }
    review = Review.objects.plan(audit, by=by, **{**asked, **changes})
    review.points.all().delete()
    return review


def running(audit: Audit, by: User, *, answers: int = 2, **changes) -> Review:
    """Under way, led by `by`, with a point for each of the audit's first answers."""
    review = planned(audit, by, **changes).start(by=by)
    review.points.all().delete()
    for position, answer in enumerate(audit.answers.order_by("position")[:answers], start=1):
        add_point(review, answer, position)
    return review


def add_point(review: Review, answer: Answer, position: int = 1) -> AgendaPoint:
    return review.points.create(
        position=position,
        kind=AgendaPoint.Kind.BLOCKER,
        key=f"answer:{answer.pk}",
        answer=answer,
        title=answer.item.title,
        reasons=["It is open."],
    )


def seat(review: Review, user: User | None = None, name: str = "Gus Guest") -> Participant:
    """The member's place in the review, or a guest's."""
    if user:
        participant, _ = review.participants.get_or_create(
            user=user, defaults={"name": str(user), "email": user.email}
        )
        return participant
    return review.participants.create(
        name=name,
        email=f"{name.split()[0].lower()}@example.net",
        link_number=1,
        expires_at=timezone.now() + dt.timedelta(days=1),
    )


def come_as_guest(client: Client, guest: Participant) -> None:
    """The client's session is that of somebody who joined by the guest's link."""
    session = client.session
    session["guest"] = session.get("guest", {}) | {
        str(guest.review_id): [str(guest.pk), guest.link_number]
    }
    session.save()
