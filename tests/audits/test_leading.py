"""Who leads a review, and what is shown."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.utils import timezone

from audits.models import Presence, Review, User
from audits.models.errors import NotAllowed, Refused
from audits.models.leading import SomebodyLeads, hand_over, show, take
from audits.models.reviews import ReviewNotSo
from tests.audits.reviewing import planned, running, seat


@pytest.fixture
def review(audit, ed) -> Review:
    return running(audit, ed)


def enter(review: Review, user: User, *, ago: int = 0) -> Presence:
    """The user's stream of the room, which gave its last sign so many seconds ago."""
    at = timezone.now() - dt.timedelta(seconds=ago)
    return Presence.objects.create(
        process=uuid.uuid4(),
        audit=review.audit,
        user=user,
        participant=seat(review, user),
        since=at,
        beat_at=at,
    )


def test_lead_shows_a_point_to_everybody(review, ed):
    first = review.points.first()

    row = show(review, first.pk, by=ed)

    assert (row.point, row.version) == (first, review.version + 1)
    assert abs((row.point_since - timezone.now()).total_seconds()) < 60


def test_showing_what_is_shown_changes_nothing(review, ed):
    first = review.points.first()
    version = show(review, first.pk, by=ed).version

    assert show(review, first.pk, by=ed).version == version


def test_agenda_as_a_whole_is_shown_again(review, ed):
    show(review, review.points.first().pk, by=ed)

    assert show(review, None, by=ed).point is None


def test_point_counts_for_how_long_it_was_shown(review, ed):
    first, second = review.points.all()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for point in (first, second, first):
            show(review, point.pk, by=ed)
            clock.shift(90)
        show(review, None, by=ed)

    assert list(review.points.values_list("seconds", flat=True)) == [180, 90]


def test_nobody_but_the_lead_moves_what_is_shown(review, alice, noor):
    for other in (alice, noor):
        with pytest.raises(NotAllowed, match="Ed"):
            show(review, review.points.first().pk, by=other)


def test_point_of_another_review_is_not_shown(review, audit, ed, project, edition, alice):
    other = planned(audit, ed)
    point = other.points.create(position=1, kind="topic", key="topic:1", title="Else")

    with pytest.raises(Refused, match="no longer on the agenda"):
        show(review, point.pk, by=ed)


def test_nothing_is_shown_before_the_review_runs(audit, ed):
    with pytest.raises(ReviewNotSo):
        show(planned(audit, ed), None, by=ed)


def test_lead_hands_over_to_somebody_in_the_room(review, ed, noor):
    enter(review, noor)

    assert hand_over(review, noor, by=ed).lead == noor


def test_facilitator_hands_over_what_somebody_else_leads(review, ed, noor, alice):
    enter(review, noor), enter(review, alice)
    hand_over(review, noor, by=ed)

    assert hand_over(review, alice, by=ed).lead == alice


def test_nobody_else_hands_the_lead_over(review, noor, alice):
    enter(review, alice)

    with pytest.raises(NotAllowed, match="Only the lead or the facilitator"):
        hand_over(review, alice, by=noor)


def test_lead_is_not_given_to_somebody_who_is_not_there(review, ed, noor):
    enter(review, noor, ago=46)

    with pytest.raises(Refused, match="not in the room"):
        hand_over(review, noor, by=ed)


def test_lead_is_not_given_to_somebody_who_may_not_edit(review, ed, vic, mallory):
    for user in (vic, mallory):
        enter(review, user)
        with pytest.raises(Refused, match="takes a role that may edit"):
            hand_over(review, user, by=ed)


def test_lead_who_is_there_is_asked_first(review, ed, noor):
    enter(review, ed, ago=44)

    with pytest.raises(SomebodyLeads, match="leads and is in the room"):
        take(review, by=noor)


def test_editor_takes_the_lead_from_somebody_who_vanished(review, ed, noor):
    enter(review, ed, ago=46)

    row = take(review, by=noor)

    assert (row.lead, row.version) == (noor, review.version + 1)


def test_lead_who_may_edit_no_more_holds_up_nobody(review, ed, noor, audit):
    enter(review, ed)
    audit.project.team.memberships.filter(user=ed).update(role="viewer")

    assert take(review, by=noor).lead == noor


def test_facilitator_takes_the_lead_back_at_any_time(review, ed, noor):
    enter(review, noor)
    hand_over(review, noor, by=ed)

    assert take(review, by=ed).lead == ed


def test_viewer_does_not_take_the_lead(review, vic):
    with pytest.raises(NotAllowed, match="takes a role that may edit"):
        take(review, by=vic)


def test_taking_what_one_has_changes_nothing(review, ed):
    assert take(review, by=ed).version == Review.objects.get(pk=review.pk).version
