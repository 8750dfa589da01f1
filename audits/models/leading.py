"""Who leads a review, and what everybody is shown. None of it is an event: the room's streams go
by the review's version."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from audits.models.agenda import AgendaPoint
from audits.models.errors import NotAllowed, Refused, RuleBroken
from audits.models.presence import Presence
from audits.models.reviews import Review
from audits.models.teams import Membership
from audits.models.users import User


class SomebodyLeads(RuleBroken):
    """The lead is there, and has not handed it over."""

    def __init__(self, lead: User):
        super().__init__(
            f"{lead} leads and is in the room: ask them to hand the lead over to you. Whoever "
            "may edit can take it once they are gone."
        )


def in_room(review: Review) -> list[Presence]:
    """Who is in the room now, a row a stream, with the participant."""
    rows = Presence.objects.alive().filter(participant__review=review)
    return list(rows.select_related("participant").order_by("participant__name", "since"))


def is_in_room(review: Review, user_pk: Any) -> bool:
    return any(row.participant and row.participant.user_id == user_pk for row in in_room(review))


@transaction.atomic
def show(review: Review, point_pk: int | None, *, by: User) -> Review:
    """Show everybody that point of the agenda; None is the agenda as a whole."""
    row = review.running()
    _refuse_unless_lead(row, by)
    if point_pk == row.point_id:
        return row
    point = None
    if point_pk is not None:
        point = row.points.filter(pk=point_pk).first()
        if point is None:
            raise Refused("That point is no longer on the agenda. Choose another one.", "point")
    now = timezone.now()
    stop_clock(row, now)
    row.point, row.point_since = point, now
    row.touch("point", "point_since")
    return row


def stop_clock(row: Review, now: dt.datetime) -> None:
    """Add the time for which the point has been shown, under the lock that the caller holds."""
    if row.point_id and row.point_since:
        shown = max(int((now - row.point_since).total_seconds()), 0)
        AgendaPoint.objects.filter(pk=row.point_id).update(seconds=F("seconds") + shown)


@transaction.atomic
def hand_over(review: Review, to: User, *, by: User) -> Review:
    """Give the lead to somebody in the room who may edit: the lead does, or the facilitator."""
    row = review.running()
    if by.pk not in (row.lead_id, row.facilitator_id):
        raise NotAllowed("Only the lead or the facilitator can hand the lead over.")
    if not _may_lead(row, to):
        raise Refused(f"{to} cannot lead: that takes a role that may edit.", field="to")
    if row.lead_id == to.pk:
        return row
    if not is_in_room(row, to.pk):
        raise Refused(f"{to} is not in the room at the moment.", field="to")
    return _give(row, to)


@transaction.atomic
def take(review: Review, *, by: User) -> Review:
    """Take the lead: the facilitator may at any time, an editor when the lead has vanished, or
    may lead no longer."""
    row = review.running()
    if row.lead_id == by.pk:
        return row
    if not _may_lead(row, by):
        raise NotAllowed("Leading a review takes a role that may edit its audit.")
    if row.lead and by.pk != row.facilitator_id and _leads_on(row, row.lead):
        raise SomebodyLeads(row.lead)
    return _give(row, by)


def _leads_on(row: Review, lead: User) -> bool:
    return is_in_room(row, lead.pk) and _may_lead(row, lead)


def _give(row: Review, to: User) -> Review:
    row.lead = to
    row.touch("lead")
    return row


def _may_lead(row: Review, user: User) -> bool:
    return row.audit.project.team.people(Membership.EDIT).filter(pk=user.pk).exists()


def _refuse_unless_lead(row: Review, by: User) -> None:
    if row.lead_id != by.pk:
        leads = f"{row.lead} leads now" if row.lead else "Nobody leads now"
        raise NotAllowed(f"{leads}: only the lead moves what everybody sees.")
