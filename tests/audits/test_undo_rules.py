"""Taking back is no way around a rule: what takes its approver still does."""

import pytest

from audits.models import Condition, Event
from audits.models.errors import NotAllowed, Refused
from audits.models.moves import move
from audits.models.undo import undo
from tests.audits.edits import last
from tests.audits.helpers import build_edition
from tests.audits.test_undo import fresh, last_event


@pytest.fixture
def accepted(answer, noor, tomorrow):
    answer.record("risk_accepted", by=noor, reason="Small.", approver=noor, until=tomorrow)
    return answer


def test_acceptance_that_its_approver_ended_comes_back_by_nobody_else(audit, accepted, noor, ed):
    accepted.record("open", by=noor)

    with pytest.raises(NotAllowed, match="Only Noor Haddad"):
        undo(last_event(audit), by=ed)
    assert fresh(accepted).state == "open"


def test_approver_brings_back_what_they_ended(audit, accepted, noor):
    accepted.record("open", by=noor)

    undo(last_event(audit), by=noor)

    assert fresh(accepted).accepted_at is not None


def test_confirmation_taken_back_by_its_approver_is_not_redone_by_another(
    audit, accepted, noor, alice
):
    accepted.record("done", by=noor)
    undo(last_event(audit), by=noor)
    accepted.record("open", by=noor)

    with pytest.raises(NotAllowed):
        undo(last_event(audit), by=alice)


@pytest.fixture
def rated_and_moved(audit, answer, noor):
    """Item 1, a blocker, was lowered to major here; the next edition has it as a minor."""
    answer.rate("major", "Few are hurt.", by=noor)
    move(audit, build_edition(version="2.0.0", item_1={"severity": "minor"}), by=noor)
    return last(audit, "answer.rated")


def test_rating_that_is_undone_leaves_the_severity_of_the_edition_of_now(
    rated_and_moved, answer, noor
):
    undo(rated_and_moved, by=noor)

    row = fresh(answer)
    assert (row.severity, row.severity_reason) == ("minor", "")


def test_undoing_a_rating_lowers_no_more_than_an_editor_may(rated_and_moved, ed):
    with pytest.raises(NotAllowed, match="lower a severity"):
        undo(rated_and_moved, by=ed)


def test_undoing_an_undone_reason_lowers_no_more_than_an_editor_may(audit, answer, noor, ed):
    answer.rate("major", "Few are hurt.", by=noor)
    fresh(answer).rate("major", "Very few are hurt.", by=noor)
    move(audit, build_edition(version="2.0.0", item_1={"severity": "major"}), by=noor)
    undo(last(audit, "answer.rated"), by=noor)
    move(audit, build_edition(version="3.0.0", item_1={"severity": "minor"}), by=noor)

    with pytest.raises(NotAllowed, match="lower a severity"):
        undo(last(audit, "answer.undone"), by=ed)

    assert fresh(answer).severity == "major"


def test_a_plan_of_an_accepted_risk_is_taken_back_by_anybody(audit, accepted, noor, ed):
    accepted.plan(by=noor, owner=noor, due=None)

    undo(last_event(audit), by=ed)

    assert fresh(accepted).accepted_at is not None


def test_an_editor_does_not_bring_back_a_waiver_that_an_approver_ended(audit, edition, noor, ed):
    criterion = Condition.objects.create(audit=audit, edition=edition, kind="exit", ref="a")
    criterion.settle("waived", "Told later.", by=noor)
    criterion.settle("open", by=noor)

    with pytest.raises(NotAllowed):
        undo(last_event(audit), by=ed)
    assert Condition.objects.get(pk=criterion.pk).state == "open"


def test_who_ended_a_waiver_by_mistake_takes_that_back(audit, edition, noor, ed):
    criterion = Condition.objects.create(audit=audit, edition=edition, kind="exit", ref="a")
    criterion.settle("waived", "Told later.", by=noor)
    criterion.settle("open", by=ed)

    undo(last_event(audit), by=ed)

    assert Condition.objects.get(pk=criterion.pk).state == "waived"


@pytest.mark.parametrize("verb", ["answer.recorded", "comment.added"])
def test_what_was_written_before_there_was_an_undo_is_refused(audit, answer, ed, verb):
    audit.log(verb, by=ed, answer=answer, **answer.named())

    with pytest.raises(Refused, match="stays"):
        undo(Event.objects.select_related("audit").latest("number"), by=ed)
