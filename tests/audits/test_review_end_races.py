"""Several people at the end of a review, at the same moment."""

import pytest

from audits.models import Audit, Comment, Review, Round, Word, review_ends
from audits.models.errors import Outdated
from audits.models.reviews import ReviewNotSo
from audits.models.snapshots import state_seen
from tests.audits.helpers import propose
from tests.audits.racing import at_once, chain_holds, refusals
from tests.audits.reviewing import running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def review(settled_audit, ed, noor) -> Review:
    review = running(settled_audit, ed)
    Word.objects.say(review, by=noor, role="Approver", decision="go")
    return review


def ender(review: Review, by, outcome: str = "go"):
    seen = state_seen(Audit.objects.get())
    return lambda: review_ends.end(review, outcome=outcome, by=by, seen=seen, statement="So.")


def ended(review: Review) -> list[str]:
    events = review.audit.events.filter(verb="review.ended")
    return [event.detail["outcome"] for event in events]


@pytest.mark.parametrize("other", ["go", "no_go", "none"])
def test_of_two_who_end_it_one_does(review, ed, alice, other):
    outcomes = at_once(ender(review, ed), ender(review, alice, other))

    assert refusals(outcomes) == [ReviewNotSo]
    assert ended(review) == [Review.objects.get().outcome]
    assert Round.objects.count() == (Review.objects.get().outcome == "go")
    assert chain_holds(review.audit)


def test_form_that_was_sent_twice_ends_it_once(review, ed):
    outcomes = at_once(ender(review, ed), ender(review, ed))

    assert refusals(outcomes) == []
    assert (ended(review), Round.objects.count()) == (["go"], 1)


def test_a_word_is_heard_before_the_end_or_not_at_all(review, ed, noor):
    no = lambda: Word.objects.say(  # noqa: E731
        review, by=noor, role="Approver", decision="no_go", statement="Stop."
    )
    refused = refusals(at_once(ender(review, ed), no))

    word = Word.objects.get()
    assert len(refused) == 1
    assert (word.decision == "no_go") == Review.objects.get().is_running
    assert chain_holds(review.audit)


def test_who_changes_the_audit_and_who_ends_know_of_one_another(review, ed, noor, answer):
    comment = lambda: Comment.objects.add(answer, "Wait.", by=noor)  # noqa: E731

    refused = refusals(at_once(ender(review, ed), comment))

    assert refused in ([], [Outdated])
    audit = Audit.objects.get()
    # Said after the end, it outdated what was proposed; said before, nothing ended.
    assert audit.state == "open"
    assert Review.objects.get().is_running == bool(refused)
    assert chain_holds(audit)


def test_who_proposes_and_who_ends_propose_once(review, ed, alice):
    refused = refusals(at_once(ender(review, ed), lambda: propose(review.audit, by=alice)))

    assert len(refused) == 1
    assert Round.objects.count() == 1
    assert chain_holds(review.audit)
