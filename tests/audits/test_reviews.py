from dataclasses import replace

from audits.models import Review
from audits.models.history import describe
from tests.audits.reviewing import planned, running


def test_a_review_is_planned_with_a_number_and_an_event(audit, ed):
    first, second = planned(audit, ed), planned(audit, ed)

    assert (first.number, second.number) == (1, 2)
    assert audit.events.filter(verb="review.planned").count() == 2


def test_whoever_starts_a_review_leads(audit, ed):
    review = running(audit, ed)

    assert Review.objects.get(pk=review.pk).lead == ed
    assert review.is_running


def test_history_tells_of_a_title_that_looks_like_a_moment(audit, ed):
    review = planned(audit, ed)

    row = review.change(replace(review.terms, title="2026 launch, from A to Z"), by=ed)

    told = describe(row.last_terms_event())
    assert "title “2026 launch, from A to Z”, before “Launch review”" in told
