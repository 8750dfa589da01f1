"""How a review ends: what each outcome asks for, and what is frozen and proposed with it."""

import json

import pytest

from audits.models import Audit, Comment, Review, Round, Word, review_ends
from audits.models.errors import AuditSealed, NotAllowed, Outdated, Refused, RuleBroken
from audits.models.go_conditions import Asked
from audits.models.quorum import Role
from audits.models.reviews import ReviewNotSo
from audits.models.snapshots import state_seen
from audits.reports.canonical import canonical_json, digest
from tests.audits.helpers import propose, refuse, require, seal, sign
from tests.audits.reviewing import planned, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(settled_audit, ed, noor) -> Review:
    """Under way, nothing in the way, and the only role that is asked said go."""
    review = running(settled_audit, ed)
    say(review, noor)
    return review


def say(review: Review, by, decision: str = "go", role: str = "Approver", **more) -> Word:
    return Word.objects.say(review, by=by, role=role, decision=decision, **more)


def end(review: Review, outcome: str = "go", *, by, **changes) -> Review:
    audit = Audit.objects.get(pk=review.audit_id)
    return review_ends.end(
        review, outcome=outcome, by=by, **{"seen": state_seen(audit), **changes}
    )


def verbs(review: Review) -> list[str]:
    return list(review.audit.events.order_by("number").values_list("verb", flat=True))


def test_a_go_freezes_the_minutes_and_then_proposes(review, ed):
    row = end(review, by=ed, statement="We launch on Monday.", release="v1")

    assert verbs(review)[-2:] == ["review.ended", "audit.proposed"]
    assert (row.state, row.outcome, row.statement) == ("ended", "go", "We launch on Monday.")
    assert row.round == Round.objects.get()
    assert (row.round.decision, row.round.release) == ("go", "v1")
    assert row.round.statement == "We launch on Monday."
    assert row.audit.rounds.proposed().exists()


def test_the_event_names_the_digest_of_the_minutes(review, ed):
    row = end(review, by=ed)

    event = row.audit.events.get(verb="review.ended")
    data = bytes(Review.objects.get().minutes)
    assert event.detail["digest"] == digest(data) == row.minutes_digest
    assert canonical_json(json.loads(data)) == data
    assert event.detail["outcome"] == "go"


def test_the_snapshot_that_is_proposed_knows_that_the_review_ended(review, ed):
    row = end(review, by=ed)

    assert row.round.snapshot.content()["history"][-1]["verb"] == "review.ended"


def test_those_present_sign_what_it_proposed(review, ed, noor):
    row = end(review, by=ed)

    sign(row.round, by=noor)

    assert Audit.objects.get().state == "signed"


def test_no_go_while_something_blocks(review, audit, answer, ed):
    answer.record("open", by=ed)

    with pytest.raises(Refused, match="1 blocker is open") as refused:
        end(review, by=ed)

    assert refused.value.field == "outcome"
    assert Review.objects.get().is_running
    assert not Round.objects.exists()


def test_no_go_before_every_role_spoke(settled_audit, ed):
    review = running(settled_audit, ed)

    with pytest.raises(Refused, match="Approver has not spoken yet"):
        end(review, by=ed)


def test_no_go_against_a_no_go(review, noor, ed):
    say(review, noor, "no_go", statement="Not yet.")

    for outcome in ("go", "conditional_go"):
        with pytest.raises(Refused, match=r"Noor Haddad \(Approver\) said no-go"):
            end(review, outcome, by=ed)


def test_go_is_not_what_somebody_said_who_wants_conditions(review, noor, ed):
    say(review, noor, "conditional_go")

    with pytest.raises(Refused, match="said go on conditions only"):
        end(review, by=ed)


def test_conditional_go_passes_over_what_its_conditions_cover(review, answer, ed, noor, tomorrow):
    answer.record("open", by=ed)
    (obstacle,) = review_ends.standing(review).obstacles
    asked = [Asked("Close it.", ed, tomorrow, obstacle.key)]

    row = end(review, "conditional_go", by=ed, conditions=asked)

    assert row.round.go_conditions.get().covers == obstacle.key
    (told,) = json.loads(row.minutes)["conditions"]
    assert (told["number"], told["text"], told["owner"]) == (1, "Close it.", "Ed Fox")


def test_conditional_go_without_conditions_is_refused(review, ed):
    with pytest.raises(Refused, match="on which conditions"):
        end(review, "conditional_go", by=ed)

    assert Review.objects.get().is_running


def test_policy_may_allow_no_conditional_go(review, harbour, alice, ed, tomorrow):
    require(harbour, Role("Approver"), by=alice, conditional=False)

    with pytest.raises(Refused, match="allows no conditional go"):
        end(review, "conditional_go", by=ed, conditions=[Asked("It.", ed, tomorrow)])


def test_no_go_needs_its_reason_and_proposes_nothing(review, ed):
    with pytest.raises(Refused, match="Say why"):
        end(review, "no_go", by=ed)

    row = end(review, "no_go", by=ed, statement="The limits are not set.")

    assert verbs(review)[-1] == "review.ended"
    assert row.round is None


def test_a_no_go_is_sealed_by_proposing_and_refusing_it(review, ed, noor):
    end(review, "no_go", by=ed, statement="The limits are not set.")
    audit = Audit.objects.get()

    row = review_ends.propose_no_go(review, by=ed, seen=state_seen(audit))

    assert row.statement.endswith("The limits are not set.")
    refuse(row, by=noor, reason="The limits are not set.")
    assert Audit.objects.get().state == "refused"
    assert Review.objects.get().round == row


def test_a_no_go_refuses_what_somebody_proposed_already(review, ed):
    end(review, "no_go", by=ed, statement="The limits are not set.")
    before = propose(review.audit, by=ed)

    assert review_ends.propose_no_go(review, by=ed, seen="") == before


@pytest.mark.parametrize("outcome", ["go", "none"])
def test_only_a_no_go_is_proposed_to_be_refused(review, ed, outcome):
    end(review, outcome, by=ed)

    with pytest.raises(RuleBroken, match="ended as a no-go"):
        review_ends.propose_no_go(review, by=ed, seen="")


def test_no_decision_adjourns_whatever_stands_in_the_way(audit, ed):
    row = end(running(audit, ed), "none", by=ed, seen="of another day")

    assert (row.outcome, row.round) == ("none", None)
    assert Audit.objects.get().state == "open"


def test_an_outcome_that_nobody_knows_is_refused(review, ed):
    with pytest.raises(Refused, match="Choose how the review ends"):
        end(review, "maybe", by=ed)


@pytest.mark.parametrize("outcome", ["go", "no_go"])
def test_audit_that_changed_meanwhile_is_looked_at_again(review, answer, ed, noor, outcome):
    seen = state_seen(Audit.objects.get())
    Comment.objects.add(answer, "Wait.", by=noor)

    with pytest.raises(Outdated, match="Noor Haddad changed the audit"):
        end(review, outcome, by=ed, seen=seen, statement="So.")


def test_who_may_not_edit_does_not_end_it(review, vic):
    with pytest.raises(NotAllowed):
        end(review, by=vic)


def test_the_same_end_twice_is_one(review, ed):
    first = end(review, by=ed)
    again = end(review, by=ed)

    assert (again.round, again.minutes_digest) == (first.round, first.minutes_digest)
    assert verbs(review).count("review.ended") == 1


def test_who_comes_second_is_told_that_it_ended(review, ed, alice):
    end(review, by=ed)

    with pytest.raises(ReviewNotSo):
        end(review, by=alice)
    with pytest.raises(ReviewNotSo):
        end(review, "none", by=ed)


def test_review_that_has_not_begun_does_not_end(settled_audit, ed):
    with pytest.raises(ReviewNotSo):
        end(planned(settled_audit, ed), "none", by=ed)


def test_a_proposed_audit_is_not_proposed_again(review, ed):
    propose(review.audit, by=ed)

    with pytest.raises(RuleBroken, match="proposed for sign-off already"):
        end(review, by=ed)
    assert end(review, "none", by=ed).outcome == "none"


def test_a_sealed_audit_takes_the_end_of_its_review_but_no_go(review, ed, noor):
    seal(review.audit, by=noor)

    with pytest.raises(RuleBroken, match=str(AuditSealed(1))):
        end(review, by=ed)
    row = end(review, "none", by=ed, statement="It was signed meanwhile.")

    assert verbs(review)[-1] == "review.ended"
    assert row.audit.state == "signed"
