"""What becomes of the agenda when people arrange it, and when the audit goes on."""

import datetime as dt

import pytest
from django.utils import timezone

from audits.models import AgendaPoint, Review
from audits.models.errors import AuditSealed, Refused
from audits.models.reviews import ReviewNotSo
from tests.audits.helpers import seal, settle
from tests.audits.reviewing import planned
from tests.audits.test_agenda_proposal import at


@pytest.fixture
def review(audit, ed) -> Review:
    return Review.objects.plan(
        audit, by=ed, title="Launch review", starts_at=timezone.now() + dt.timedelta(days=1)
    )


def order(review) -> list[str]:
    return list(review.points.values_list("title", flat=True))


def test_up_to_date_again_keeps_what_people_changed(review, audit, ed):
    AgendaPoint.objects.add_topic(review, "Who is on call?", by=ed)
    review.points.get(title="4 Item 4").move("top", by=ed)
    review.points.get(title="1 Item 1").take_off(by=ed)
    at(audit, 2).rate("blocker", "It is grave.", by=ed)

    assert review.propose_again() == 1

    assert order(review) == ["2 Item 2", "4 Item 4", "Who is on call?"]


def test_what_is_settled_goes_unless_somebody_put_it_there(review, audit, ed):
    AgendaPoint.objects.add_answer(review, at(audit, 3), by=ed)
    settle(audit, by=ed)

    review.propose_again()

    assert order(review) == ["3 Item 3"]


def test_start_takes_the_newest_agenda(review, audit, ed):
    at(audit, 1).record("done", by=ed)

    review.start(by=ed)

    assert order(review) == ["4 Item 4"]


def test_item_that_was_taken_off_comes_back_with_its_reasons(review, audit, ed):
    review.points.get(title="1 Item 1").take_off(by=ed)

    point = AgendaPoint.objects.add_answer(review, at(audit, 1), by=ed)

    assert point.reasons == ["It is open. It has no owner."]
    assert Review.objects.get().left_out == []


def test_point_about_which_something_was_said_stays(review, ed):
    review.points.update(note="We spoke about it.")

    with pytest.raises(Refused, match="stays in the minutes"):
        review.points.first().take_off(by=ed)


def test_agenda_of_a_sealed_audit_and_of_a_review_that_is_over_stays(review, audit, ed, noor):
    settle(audit, by=ed)
    seal(audit, by=noor)
    with pytest.raises(AuditSealed):
        review.propose_again()
    with pytest.raises(AuditSealed):
        review.start(by=ed)
    review.cancel("It is signed already.", by=ed)

    with pytest.raises(ReviewNotSo):
        AgendaPoint.objects.add_topic(review, "Too late", by=ed)


def test_second_review_does_not_start_while_one_is_under_way(review, audit, ed):
    other = planned(audit, ed)
    review.start(by=ed)

    with pytest.raises(Refused, match="is under way in this audit"):
        other.start(by=ed)
