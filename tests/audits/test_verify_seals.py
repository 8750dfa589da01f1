"""Tampering with what was sealed, which also guards the chain below it."""

import hashlib
import json

import pytest
from django.core.management import call_command

from audits.models import Audit, Report, SignOff, Snapshot
from tests.audits.helpers import seal
from tests.audits.tampering import event, rewrite, tamper, told, untie, verify


@pytest.fixture
def untied(db):
    untie()


def test_rewritten_chain_is_found_by_what_was_sealed_on_it(untied, sealed_audit, capsys):
    number = sealed_audit.events_count
    tamper(sealed_audit, 2, detail={"text": "other"})
    rewrite(sealed_audit)

    assert verify(capsys) == told(
        sealed_audit, number, "revision 1: the snapshot was not taken on the event before it"
    )


def test_rewritten_chain_and_head_of_the_snapshot_are_found_by_its_content(
    untied, sealed_audit, capsys
):
    number = sealed_audit.events_count
    tamper(sealed_audit, 2, detail={"text": "other"})
    rewrite(sealed_audit)
    Snapshot.objects.update(events_head=event(sealed_audit, number).previous_hash)

    assert verify(capsys) == told(
        sealed_audit, number, "revision 1: the snapshot's content tells of another chain"
    )


def test_changed_snapshot_is_found(sealed_audit, capsys):
    snapshot = Snapshot.objects.get()
    content = snapshot.content()
    content["team"]["name"] = "Other"
    Snapshot.objects.update(data=json.dumps(content).encode())

    assert verify(capsys).endswith("revision 1: the snapshot's bytes do not match its digest")


def test_snapshot_with_a_digest_of_its_own_is_found(sealed_audit, capsys):
    snapshot = Snapshot.objects.get()
    data = bytes(snapshot.data).replace(b"Harbour", b"Haven")
    Snapshot.objects.update(data=data, digest=hashlib.sha256(data).hexdigest())

    assert verify(capsys).endswith("the event names another digest than the snapshot has")


def test_sign_off_moved_to_another_digest_is_found(sealed_audit, capsys):
    SignOff.objects.update(digest="f" * 64)

    assert verify(capsys).endswith("its sign-off is missing or names another digest")


def test_sealed_snapshot_that_is_gone_is_found(sealed_audit, capsys):
    Snapshot.objects.update(sealed=False)

    assert verify(capsys).endswith("revision 1: its sealed snapshot is missing")


def test_sealed_snapshot_that_no_event_tells_of_is_found(audit, ed, capsys):
    Report.objects.request(audit, by=ed)
    Snapshot.objects.update(sealed=True)

    assert verify(capsys) == told(audit, 1, "revision 1: no event tells of its sealed snapshot")


def test_audit_that_was_set_to_sealed_by_hand_is_found(audit, capsys):
    Audit.objects.update(state=Audit.State.SEALED)

    assert verify(capsys) == told(audit, 1, "the audit is sealed, but no event sealed it")


def test_two_sealed_revisions_hold(sealed_audit, noor, capsys):
    sealed_audit.reopen("Another look.", by=noor)
    seal(sealed_audit, by=noor)

    call_command("verify_events")

    assert "every chain holds" in capsys.readouterr().out
