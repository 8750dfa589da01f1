"""Tampering with what was sealed, which also guards the chain below it."""

import json

import pytest
from django.core.management import call_command

from audits.models import Audit, Report, Snapshot
from audits.models.lifecycle import AuditState
from audits.models.quorum import Role
from audits.reports.canonical import canonical_json, digest
from tests.audits.helpers import propose, require, seal, sign
from tests.audits.tampering import event, rewrite, tamper, told, untie, verify


@pytest.fixture
def untied(sealed_audit) -> Audit:
    untie()
    return sealed_audit


def number_of(audit: Audit, verb: str) -> int:
    return audit.events.get(verb=verb).number


def changed(content: dict, **changes) -> dict:
    data = canonical_json(content | changes)
    return {"data": data, "digest": digest(data)}


def test_rewritten_chain_is_found_by_what_was_sealed_on_it(untied, capsys):
    tamper(untied, 2, detail=event(untied, 2).detail | {"title": "Other"})
    rewrite(untied)

    assert verify(capsys) == told(
        untied,
        number_of(untied, "audit.proposed"),
        "revision 1: the snapshot was not taken on the event before it",
    )


def test_rewritten_chain_and_head_of_the_snapshot_are_found_by_its_content(untied, capsys):
    tamper(untied, 2, detail=event(untied, 2).detail | {"title": "Other"})
    rewrite(untied)
    number = number_of(untied, "audit.proposed")
    Snapshot.objects.update(events_head=event(untied, number).previous_hash)

    assert verify(capsys) == told(
        untied, number, "revision 1: the snapshot's content tells of another chain"
    )


def test_chain_rewritten_after_the_proposal_is_found_by_the_seal(untied, capsys):
    number = number_of(untied, "sign_off.given")
    tamper(untied, number, detail=event(untied, number).detail | {"more": "said"})
    rewrite(untied)

    assert verify(capsys) == told(
        untied,
        number_of(untied, "audit.signed"),
        "revision 1: the record of its decision tells of another chain",
    )


def test_changed_snapshot_is_found(untied, capsys):
    content = Snapshot.objects.get().content()
    content["team"]["name"] = "Other"
    Snapshot.objects.update(data=json.dumps(content).encode())

    assert verify(capsys).endswith("revision 1: the snapshot's bytes do not match its digest")


def test_snapshot_with_a_digest_of_its_own_is_found(untied, capsys):
    Snapshot.objects.update(**changed(Snapshot.objects.get().content(), team={"name": "Other"}))

    assert verify(capsys) == told(
        untied,
        number_of(untied, "audit.proposed"),
        "revision 1: the event names another digest than the snapshot has",
    )


def test_snapshot_that_is_no_json_is_found(untied, capsys):
    data = b"not JSON"
    digested = digest(data)
    number = number_of(untied, "audit.proposed")
    Snapshot.objects.update(data=data, digest=digested)
    for place in (number, number + 1, number + 2):
        row = event(untied, place)
        tamper(untied, place, detail=row.detail | {"digest": digested})
    rewrite(untied)

    assert verify(capsys).endswith("what was sealed on the events cannot be read")


def test_snapshot_that_was_unsealed_is_found(untied, capsys):
    Snapshot.objects.update(sealed=False)

    assert verify(capsys).endswith("revision 1: its sealed snapshot is missing")


def test_snapshot_of_a_draft_that_was_changed_is_found(audit, ed, capsys):
    snapshot = Report.objects.request(audit, by=ed).snapshot
    untie()
    Snapshot.objects.filter(pk=snapshot.pk).update(data=b"{}")

    assert verify(capsys).endswith("the bytes of a draft's snapshot do not match their digest")


def test_sealed_snapshot_that_no_event_tells_of_is_found(audit, ed, capsys):
    Report.objects.request(audit, by=ed)
    Snapshot.objects.update(sealed=True)

    assert verify(capsys) == told(audit, 1, "revision 1: no event tells of its sealed snapshot")


@pytest.mark.parametrize("state", [state for state in AuditState if state != "open"])
def test_audit_whose_state_was_set_by_hand_is_found(audit, capsys, state):
    Audit.objects.update(state=state)

    assert verify(capsys) == told(audit, 1, f"the audit is {state}, and its events leave it open")


@pytest.mark.parametrize("state", ["open", "proposed", "refused", "void"])
def test_sealed_audit_that_was_opened_by_hand_is_found(sealed_audit, capsys, state):
    Audit.objects.update(state=state)

    assert verify(capsys) == told(
        sealed_audit,
        sealed_audit.events_count,
        f"the audit is {state}, and its events leave it signed",
    )


def test_revision_that_was_set_by_hand_is_found(sealed_audit, capsys):
    Audit.objects.update(revision=2)

    assert verify(capsys).endswith("the audit is at revision 2, its events at 1")


def test_proposed_audit_holds(settled_audit, ed, capsys):
    propose(settled_audit, by=ed)

    call_command("verify_events")

    assert "every chain holds" in capsys.readouterr().out


def test_two_sealed_revisions_hold(sealed_audit, noor, capsys):
    sealed_audit.reopen("Another look.", by=noor)
    seal(sealed_audit, by=noor)

    call_command("verify_events")

    assert "every chain holds" in capsys.readouterr().out


def test_withdrawn_signatures_and_proposals_hold(settled_audit, answer, ed, noor, capsys):
    require(settled_audit.project.team, Role("Security"), Role("Product"), by=noor)
    sign_off = sign(propose(settled_audit, by=noor), by=noor, role="Security")
    sign_off.withdraw(by=noor)
    sign_off.round.withdraw("Too early.", by=noor)
    sign(propose(settled_audit, by=ed), by=noor, role="Product")
    answer.record("not_applicable", by=ed, reason="No.")

    call_command("verify_events")

    assert "every chain holds" in capsys.readouterr().out
    assert set(settled_audit.rounds.values_list("state", flat=True)) == {"withdrawn", "outdated"}
