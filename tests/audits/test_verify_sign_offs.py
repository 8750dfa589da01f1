"""Each table of a sign-off, edited behind the product's back: the database refuses, and where
somebody took its triggers away, `verify_events` finds it."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audits.models import (
    Audit,
    GoCondition,
    Policy,
    Report,
    ReportFile,
    Round,
    Seal,
    SignOff,
    Snapshot,
)
from audits.models.go_conditions import Asked
from audits.models.quorum import Role, Rules
from audits.reports.canonical import digest
from tests.audits.alterations import ALTERED
from tests.audits.helpers import propose, require, sign
from tests.audits.tampering import told, untie, verify
from tests.audits.worlds import share

PDF = b"%PDF-1.7 as it was signed"


@pytest.fixture
def signed(settled_audit, harbour, alice, noor, ed) -> Audit:
    """A conditional go of two people that holds for 90 days, its condition met, its report
    stored; noor had withdrawn a signature before."""
    require(harbour, Role("Security"), Role("Product"), by=alice, valid_days=90)
    asked = Asked("Raise the limit.", ed, timezone.localdate())
    row = propose(settled_audit, by=ed, decision="conditional_go", conditions=[asked])
    sign(row, by=noor, role="Product").withdraw(by=noor)
    sign(row, by=noor, role="Security", statement="Seen.")
    sign(row, by=alice, role="Product", method="passkey")
    GoCondition.objects.get().settle(True, "Done.", by=ed)
    report = Report.objects.get()
    sha256 = digest(PDF)
    ReportFile.objects.create(report=report, data=PDF, sha256=sha256)
    Report.objects.update(state="done", sha256=sha256, size_bytes=len(PDF))
    return Audit.objects.get(pk=settled_audit.pk)


share(globals(), "signed")


def test_signed_audit_holds(signed, capsys):
    call_command("verify_events")

    assert "every chain holds" in capsys.readouterr().out


REFUSED = [
    *("UPDATE audits_snapshot SET data = NULL", "UPDATE audits_snapshot SET digest = 'f'"),
    *("UPDATE audits_snapshot SET revision = 2", "UPDATE audits_snapshot SET sealed = FALSE"),
    *("DELETE FROM audits_snapshot", "DELETE FROM audits_seal", "DELETE FROM audits_reportfile"),
    *("UPDATE audits_seal SET digest = 'f'", "UPDATE audits_seal SET data = NULL"),
    *("UPDATE audits_seal SET at = NULL", "UPDATE audits_seal SET round_id = round_id"),
    *("UPDATE audits_reportfile SET data = NULL", "UPDATE audits_reportfile SET sha256 = 'f'"),
    *("UPDATE audits_signoff SET role = 'x'", "UPDATE audits_signoff SET by_name = 'x'"),
    *("UPDATE audits_signoff SET decision = 'go'", "UPDATE audits_signoff SET statement = 'x'"),
    *("UPDATE audits_signoff SET digest = 'f'", "UPDATE audits_signoff SET at = NULL"),
    *("UPDATE audits_signoff SET withdrawn_at = NULL", "DELETE FROM audits_signoff"),
    *("UPDATE audits_round SET rules = '{}'", "UPDATE audits_round SET decision = 'go'"),
    *("UPDATE audits_round SET statement = 'x'", "UPDATE audits_round SET release = 'x'"),
    *("UPDATE audits_round SET ended_at = NULL", "UPDATE audits_round SET valid_until = NULL"),
    *("UPDATE audits_round SET snapshot_id = snapshot_id", "DELETE FROM audits_round"),
    *("UPDATE audits_gocondition SET text = 'x'", "UPDATE audits_gocondition SET due = NULL"),
    *("UPDATE audits_gocondition SET owner_id = NULL", "DELETE FROM audits_gocondition"),
]


@pytest.mark.parametrize("statement", REFUSED)
def test_database_itself_refuses_to_change_what_was_signed(signed, statement):
    with (
        pytest.raises(DatabaseError, match="what was signed is never changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("what", ALTERED)
def test_altered_row_is_found(signed, capsys, what):
    model, values, verb, finding = ALTERED[what]
    untie()
    last = model.objects.order_by("-pk").values("pk")[:1]
    model.objects.filter(pk__in=list(last.values_list("pk", flat=True))).update(**values())

    number = signed.events.get(verb=verb).number
    assert verify(capsys) == told(signed, number, f"revision 1: {finding}")


# Rows that are gone, and what that is found as.
GONE = {
    ReportFile: "its sealed report is missing",
    GoCondition: "the conditions of its go are not those that were proposed",
    SignOff: "a sign-off is missing",
}


@pytest.mark.parametrize("model", GONE)
def test_removed_row_is_found(signed, capsys, model):
    untie()
    model.objects.all().delete()

    assert verify(capsys).endswith(f"revision 1: {GONE[model]}")


def test_report_that_could_not_be_sealed_is_found(signed, capsys):
    untie()
    ReportFile.objects.all().delete()
    Report.objects.update(state="failed", error="The time-stamp authority did not answer.")

    assert verify(capsys).endswith(
        "revision 1: its sealed report has no PDF: The time-stamp authority did not answer."
    )


@pytest.mark.parametrize("state", ["queued", "running"])
def test_report_that_waits_for_its_worker_is_no_fault(signed, capsys, state):
    untie()
    ReportFile.objects.all().delete()
    Report.objects.update(state=state)

    call_command("verify_events")

    assert "every chain holds" in capsys.readouterr().out


def test_withdrawn_signature_that_is_removed_is_found(signed, capsys):
    untie()
    SignOff.objects.exclude(withdrawn_at=None).delete()

    assert verify(capsys).endswith("revision 1: a sign-off is missing")


def test_withdrawn_signature_that_is_brought_back_is_found(signed, capsys):
    untie()
    SignOff.objects.update(withdrawn_at=None)

    assert verify(capsys).endswith("its sign-offs are not those that the events tell of")


def test_inserted_signature_is_found(signed, capsys):
    extra = SignOff.objects.last()
    extra.pk, extra.role = None, "Legal"
    extra.save(force_insert=True)

    assert verify(capsys).endswith("no event tells of one of its sign-offs")


def test_record_of_a_decision_that_is_removed_is_found(signed, capsys):
    untie()
    ReportFile.objects.all().delete()
    Report.objects.all().delete()
    Seal.objects.all().delete()

    assert verify(capsys).endswith("revision 1: the record of its decision is missing")


def test_round_that_is_removed_is_found(signed, capsys):
    untie()
    for model in (ReportFile, Report, Seal, SignOff, GoCondition, Round):
        model.objects.all().delete()

    assert verify(capsys).endswith("revision 1: its round of sign-off is missing")


def test_round_that_no_event_tells_of_is_found(signed, capsys):
    snapshot = Snapshot.objects.get()
    snapshot.pk, snapshot.sealed = None, False
    snapshot.save(force_insert=True)
    extra = Round.objects.get()
    extra.pk, extra.snapshot, extra.revision, extra.state = None, snapshot, 9, "withdrawn"
    extra.save(force_insert=True)

    assert verify(capsys).endswith("revision 9: no event tells of its round of sign-off")


def test_policy_of_a_team_may_change_without_touching_what_was_signed(signed, capsys):
    Policy.objects.update(rules=Rules((Role("Security"),)).to_json())

    call_command("verify_events")

    assert "every chain holds" in capsys.readouterr().out
