import pytest

from audits.models import Audit
from audits.models.bulk import change_many
from audits.models.chains import find_broken_link
from audits.models.errors import AuditSealed, NotAllowed, Refused
from audits.models.terms import Terms
from audits.models.undo import can_undo, undo
from tests.audits.helpers import seal, settle

pytestmark = pytest.mark.usefixtures("chains_hold")


def last_event(audit):
    return Audit.objects.get(pk=audit.pk).events.select_related("audit", "answer").last()


def fresh(answer):
    return type(answer).objects.get(pk=answer.pk)


def test_undoing_a_claim_restores_what_stood_there(audit, answer, ed, noor):
    answer.record("not_applicable", by=noor, reason="We send no mail.")
    answer.record("done", by=ed)

    undo(last_event(audit), by=ed)

    row = fresh(answer)
    assert (row.state, row.reason) == ("not_applicable", "We send no mail.")


def test_undoing_is_a_new_event_in_a_chain_that_holds(audit, answer, ed):
    answer.record("done", by=ed)

    undo(last_event(audit), by=ed)

    event = last_event(audit)
    assert (event.verb, event.detail["undoes"]) == ("answer.undone", event.number - 1)
    assert find_broken_link(audit) is None


def test_undoing_an_undo_brings_the_change_back(audit, answer, ed):
    answer.record("done", by=ed)
    undo(last_event(audit), by=ed)

    undo(last_event(audit), by=ed)

    assert fresh(answer).state == "done"


def test_a_confirmed_acceptance_comes_back_with_its_terms(audit, answer, noor, ed, tomorrow):
    answer.record("risk_accepted", by=noor, reason="Small.", approver=noor, until=tomorrow)
    accepted_at = fresh(answer).accepted_at
    answer.record("open", by=ed)

    undo(last_event(audit), by=ed)

    row = fresh(answer)
    assert (row.approver, row.accepted_until, row.accepted_at) == (noor, tomorrow, accepted_at)
    assert Audit.objects.get(pk=audit.pk).lapses_on == tomorrow


def test_what_was_changed_since_cannot_be_undone(audit, answer, ed, noor):
    answer.record("done", by=ed)
    event = last_event(audit)
    answer.plan(by=noor, owner=ed, due=None)

    with pytest.raises(Refused, match="Noor Haddad"):
        undo(event, by=ed)
    assert fresh(answer).state == "done"


def test_undoing_a_bulk_change_leaves_what_was_changed_since(audit, ed, noor):
    seen = dict(audit.answers.values_list("pk", "version"))
    event = change_many(audit, seen, Terms("done"), by=ed).event
    later = audit.answers.get(position=2)
    later.plan(by=noor, owner=noor, due=None)

    result = undo(event, by=ed)

    assert len(result.answers) == 5
    assert [answer.position for answer in result.kept] == [2]
    assert set(audit.answers.filter(state="done")) == {later}


def test_sealed_audit_refuses_an_undo(audit, ed, noor):
    settle(audit, by=ed)
    event = last_event(audit)
    seal(audit, by=noor)

    with pytest.raises(AuditSealed):
        undo(event, by=ed)


def test_what_a_sealed_revision_holds_is_not_undone_in_the_next(sealed_audit, noor):
    event = sealed_audit.events.filter(verb="answer.recorded").last()
    sealed_audit.reopen("One more look.", by=noor)

    with pytest.raises(Refused, match="cannot be taken back"):
        undo(event, by=noor)


def test_a_renaming_is_undone_while_it_is_the_latest(audit, alice):
    audit.rename("Second launch", by=alice)
    event = last_event(audit)
    assert can_undo(event)

    undo(event, by=alice)

    assert Audit.objects.get(pk=audit.pk).title == "First launch"
    assert not can_undo(last_event(audit).audit.events.get(pk=event.pk))


def test_an_editor_cannot_lower_a_severity_by_undoing_what_an_approver_raised(audit, noor, ed):
    answer = audit.answers.get(position=3)
    answer.rate("blocker", "It would stop us.", by=noor)

    with pytest.raises(NotAllowed):
        undo(last_event(audit), by=ed)


def test_only_the_latest_change_of_an_answer_can_be_undone(audit, answer, ed):
    answer.record("done", by=ed)
    first = last_event(audit)
    answer.record("open", by=ed)

    assert not can_undo(type(first).objects.select_related("audit", "answer").get(pk=first.pk))
    assert can_undo(last_event(audit))
