import pytest

from audits.models import Audit, Report, SignOff, Snapshot
from audits.models.errors import AuditSealed, NotAllowed, Outdated, Refused
from audits.models.snapshots import state_seen
from tests.audits.helpers import seal


def test_sealing_signs_exactly_one_snapshot(settled_audit, noor):
    sign_off = seal(settled_audit, by=noor)

    snapshot = settled_audit.snapshots.get()
    assert (sign_off.snapshot, sign_off.digest) == (snapshot, snapshot.digest)
    assert (snapshot.sealed, snapshot.revision) == (True, 1)


def test_sealing_records_who_in_which_role_decided_what(settled_audit, noor):
    seal(settled_audit, by=noor, statement="  Tier 2 is enough. ")

    sign_off = SignOff.objects.get()
    assert (sign_off.by, sign_off.by_name, sign_off.role) == (noor, "Noor Haddad", "approver")
    assert (sign_off.decision, sign_off.statement) == ("go", "Tier 2 is enough.")


def test_sealing_is_an_event_that_names_the_digest(settled_audit, noor):
    sign_off = seal(settled_audit, by=noor)

    event = settled_audit.events.last()
    assert event.verb == "audit.sealed"
    assert event.detail == {"decision": "Go", "digest": sign_off.digest}


def test_sealing_queues_the_report_with_it(settled_audit, noor):
    sign_off = seal(settled_audit, by=noor)

    report = Report.objects.get()
    assert (report.snapshot, report.state) == (sign_off.snapshot, "queued")


def test_owner_may_seal(settled_audit, alice):
    assert seal(settled_audit, by=alice).role == "owner"


def test_editor_cannot_seal(settled_audit, ed):
    with pytest.raises(NotAllowed, match="Only an approver or an owner"):
        seal(settled_audit, by=ed)


def test_approver_of_another_team_cannot_seal(settled_audit, mallory):
    with pytest.raises(NotAllowed):
        seal(settled_audit, by=mallory)


def test_approver_who_became_a_viewer_cannot_seal(settled_audit, harbour, noor, alice):
    harbour.memberships.get(user=noor).change_role("viewer", by=alice)

    with pytest.raises(NotAllowed):
        seal(settled_audit, by=noor)


def test_go_is_refused_while_blockers_are_open(audit, noor):
    with pytest.raises(Refused, match="2 blockers are open, so the decision cannot be go"):
        seal(audit, by=noor)


def test_one_open_blocker_is_told_in_the_singular(settled_audit, answer, ed, noor):
    answer.record("open", by=ed)

    with pytest.raises(Refused, match="1 blocker is open") as refusal:
        seal(settled_audit, by=noor)

    assert refusal.value.field == "decision"


def test_open_minors_do_not_stand_against_a_go(settled_audit, ed, noor):
    settled_audit.answers.get(position=3).record("open", by=ed)

    assert seal(settled_audit, by=noor).decision == "go"


def test_no_go_may_be_sealed_over_open_blockers(audit, noor):
    sign_off = seal(audit, by=noor, decision="no_go", statement="Two blockers are open.")

    assert (sign_off.decision, Audit.objects.get(pk=audit.pk).state) == ("no_go", "sealed")


def test_no_go_needs_a_reason(audit, noor):
    with pytest.raises(Refused, match="Say why it is a no-go") as refusal:
        seal(audit, by=noor, decision="no_go", statement=" ")

    assert refusal.value.field == "statement"


def test_decision_is_go_or_no_go(settled_audit, noor):
    with pytest.raises(Refused, match="Decide: go or no-go"):
        seal(settled_audit, by=noor, decision="maybe")


@pytest.mark.parametrize("typed", ["", "seal", "seal revision 2", "revision 1"])
def test_confirmation_names_the_revision(settled_audit, noor, typed):
    with pytest.raises(Refused, match="Type “seal revision 1” to confirm") as refusal:
        seal(settled_audit, by=noor, confirmation=typed)

    assert refusal.value.field == "confirmation"


def test_confirmation_forgives_capitals_and_spaces(settled_audit, noor):
    assert seal(settled_audit, by=noor, confirmation=" Seal  Revision 1")


def test_approver_signs_only_what_the_page_showed(settled_audit, answer, ed, noor):
    seen = state_seen(settled_audit)
    answer.record("not_applicable", by=ed, reason="Really?")

    with pytest.raises(Outdated, match="Ed Fox changed the audit after"):
        seal(settled_audit, by=noor, seen=seen)

    assert not Snapshot.objects.exists()


def test_approver_signs_only_the_project_that_the_page_showed(settled_audit, project, noor):
    seen = state_seen(settled_audit)
    project.environments.create(kind="production", name="eu-west")

    with pytest.raises(Outdated, match="Somebody changed the project after"):
        seal(settled_audit, by=noor, seen=seen)

    assert not Snapshot.objects.exists()


@pytest.mark.parametrize("statement", ["x" * 4001, "a\0b"])
def test_statement_that_cannot_be_kept_is_refused(settled_audit, noor, statement):
    with pytest.raises(Refused) as refusal:
        seal(settled_audit, by=noor, statement=statement)

    assert refusal.value.field == "statement"


def test_sealed_audit_is_not_sealed_twice(sealed_audit, noor):
    with pytest.raises(AuditSealed):
        seal(sealed_audit, by=noor)


def test_second_revision_is_sealed_beside_the_first(sealed_audit, noor):
    sealed_audit.reopen("Another look.", by=noor)

    seal(sealed_audit, by=noor)

    revisions = SignOff.objects.order_by("at").values_list("snapshot__revision", flat=True)
    assert list(revisions) == [1, 2]


def test_renaming_a_person_does_not_change_what_was_signed(sealed_audit, noor):
    noor.name = "Noor Haddad-Lind"
    noor.save()

    assert SignOff.objects.get().by_name == "Noor Haddad"
