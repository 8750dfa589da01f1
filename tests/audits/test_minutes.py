"""What the end of a review closes, and what its minutes keep of it."""

import datetime as dt
import json

import pytest
from django.utils import timezone

from audits.models import Answer, Attendance, Audit, Poll, Review, User, Vote, Word, review_ends
from audits.models.decisions import Decision, confirm
from audits.models.snapshots import state_seen
from audits.models.told import stamp
from audits.reports.canonical import digest
from tests.audits.helpers import settle
from tests.audits.reviewing import running, seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(settled_audit, ed, noor) -> Review:
    """Under way, nothing in the way, and the only role that is asked said go."""
    review = running(settled_audit, ed)
    Word.objects.say(review, by=noor, role="Approver", decision="go")
    return review


def end(review: Review, by: User) -> Review:
    seen = state_seen(Audit.objects.get(pk=review.audit_id))
    return review_ends.end(review, outcome="go", by=by, seen=seen)


def test_who_comes_in_between_two_statements_of_the_end_leaves_with_it(
    review, ed, noor, monkeypatch
):
    came = timezone.now() - dt.timedelta(minutes=20)
    Attendance.objects.create(participant=seat(review, noor), joined_at=came)
    monkeypatch.setattr(type(Attendance.objects.all()), "end_all", lambda *_: None)
    monkeypatch.setattr(type(Attendance.objects), "end_all", lambda *_: None)

    row = end(review, ed)

    told = json.loads(row.minutes)
    assert told["present"][0]["times"][0]["until"] == told["review"]["ended_at"]


def test_who_was_in_the_room_leaves_it_and_polls_close(review, ed, noor):
    there, guest = seat(review, noor), seat(review)
    came = timezone.now() - dt.timedelta(minutes=20)
    for participant in (there, guest):
        Attendance.objects.create(participant=participant, joined_at=came)
    poll = Poll.objects.create(
        point=review.points.first(),
        question="Ready?",
        choices=["Yes", "No"],
        asked_by=there,
        opened_at=came,
    )
    Vote.objects.create(poll=poll, participant=guest, choice=1, at=came)

    row = end(review, ed)

    assert not Attendance.objects.filter(left_at=None).exists()
    assert Poll.objects.get().closed_at == row.ended_at
    told = json.loads(row.minutes)
    assert [(each["name"], each["guest"]) for each in told["present"]] == [
        ("Gus Guest", True),
        ("Noor Haddad", False),
    ]
    (asked,) = told["agenda"][0]["polls"]
    assert (asked["votes"][0]["by"], asked["votes"][0]["choice"]) == ("Gus Guest", 1)


def test_the_timer_of_the_point_stops(review, ed):
    point = review.points.first()
    since = timezone.now() - dt.timedelta(seconds=90)
    Review.objects.update(point=point, point_since=since)

    row = end(review, ed)

    assert (row.lead, row.point_since) == (None, None)
    assert json.loads(row.minutes)["agenda"][0]["seconds"] - 90 in range(60)


def test_minutes_are_of_then(review, ed, noor):
    row = end(review, ed)

    noor.name = "Noor Lund"
    noor.save()

    told = json.loads(Review.objects.get().minutes)
    assert told["roll_call"][0]["words"][0]["by"] == "Noor Haddad"
    assert row.minutes_digest == digest(bytes(Review.objects.get().minutes))


def test_a_decision_keeps_its_terms_as_they_were_said(review, ed, noor):
    due = timezone.localdate() + dt.timedelta(days=9)
    first, second = review.points.order_by("position")
    Decision("accept", ed, "Few use it.", approver=noor, until=due).on(first)
    Decision("fix", ed, owner=ed, due=due).on(second)
    confirm(first, by=noor)
    second.answer.plan(by=ed, owner=noor, due=None)

    told = json.loads(review_ends.end(review, outcome="none", by=ed, seen="").minutes)

    accepted, fixed = (point["terms"] for point in told["agenda"])
    assert fixed == {"owner": "Ed Fox", "due": str(due)}
    assert (accepted["approver"], accepted["until"]) == ("Noor Haddad", str(due))
    assert accepted["confirmed_at"] == stamp(Answer.objects.get(pk=first.answer_id).accepted_at)


def test_queries_of_an_end_do_not_grow_with_its_agenda(
    settled_audit, ed, noor, django_assert_max_num_queries
):
    settle(settled_audit, by=ed)
    review = running(settled_audit, ed, answers=6)
    Word.objects.say(review, by=noor, role="Approver", decision="go")

    with django_assert_max_num_queries(100):
        end(review, ed)
