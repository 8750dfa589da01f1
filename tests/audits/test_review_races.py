"""Two people at the same moment."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from audits.models import AgendaPoint, Review
from audits.models.errors import Outdated, Refused
from audits.models.reviews import ReviewNotSo
from tests.audits.racing import at_once, chain_holds, refusals
from tests.audits.reviewing import planned

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_who_start_at_once_one_does(audit, ed, noor):
    review = planned(audit, ed)

    outcomes = at_once(lambda: review.start(by=ed), lambda: review.start(by=noor))

    assert refusals(outcomes) == [ReviewNotSo]
    assert Review.objects.get().lead in (ed, noor)
    assert audit.events.filter(verb="review.started").count() == 1
    assert chain_holds(audit)


def test_of_two_reviews_that_start_at_once_one_does(audit, ed, noor):
    first, second = planned(audit, ed), planned(audit, ed)

    outcomes = at_once(lambda: first.start(by=ed), lambda: second.start(by=noor))

    assert refusals(outcomes) == [Refused]
    assert Review.objects.filter(state="running").count() == 1


def test_of_two_who_edit_at_once_the_second_is_told(audit, ed, noor):
    review = planned(audit, ed)
    mine, theirs = (replace(review.terms, title=title) for title in ("Mine", "Theirs"))

    outcomes = at_once(
        lambda: review.change(mine, by=ed, seen_version=1),
        lambda: review.change(theirs, by=noor, seen_version=1),
    )

    assert refusals(outcomes) == [Outdated]
    assert Review.objects.get().terms_version == 2


def test_two_who_plan_at_once_get_a_number_each(audit, ed, noor):
    starts_at = timezone.now() + dt.timedelta(hours=1)

    def plan(by):
        return Review.objects.plan(audit, by=by, title="Launch", starts_at=starts_at)

    at_once(lambda: plan(ed), lambda: plan(noor))

    assert sorted(audit.reviews.values_list("number", flat=True)) == [1, 2]
    assert chain_holds(audit)


def test_topics_of_two_people_both_stand_on_the_agenda(audit, ed, noor):
    review = planned(audit, ed)

    at_once(
        lambda: AgendaPoint.objects.add_topic(review, "Mine", by=ed),
        lambda: AgendaPoint.objects.add_topic(review, "Theirs", by=noor),
    )

    assert sorted(review.points.values_list("title", "position")) in (
        [("Mine", 1), ("Theirs", 2)],
        [("Mine", 2), ("Theirs", 1)],
    )
