"""The report of a decision: rendered once, signed, and kept byte for byte."""

import datetime as dt
import hashlib

import pytest
import time_machine
from django.db import DatabaseError, OperationalError, connection
from django.utils import timezone

from audits import tasks
from audits.models import Audit, Project, Report, ReportFile, SignOff, User, signing
from audits.models.leases import LEASE, MAX_ATTEMPTS
from audits.models.signing import SigningUnavailable
from audits.reports.verify import verify
from tests.audits.helpers import propose, refuse

PDF = b"%PDF-1.7 a report"


@pytest.fixture
def report(sealed_audit) -> Report:
    return Report.objects.get(seal__round__audit=sealed_audit)


@pytest.fixture
def quick(monkeypatch):
    """Stands in for WeasyPrint and the signature, where neither is asked about."""
    monkeypatch.setattr("audits.reports.pdf.render_pdf", lambda *args, **kwargs: PDF)
    monkeypatch.setattr(signing, "sign_report", lambda pdf, **kwargs: pdf + b" signed")


def fail_to_sign(monkeypatch, error: Exception) -> None:
    def fail(pdf, **kwargs):
        raise error

    monkeypatch.setattr(signing, "sign_report", fail)


def test_sealed_report_verifies_with_the_certificate_alone(report):
    report.execute()

    found = verify(bytes(report.file.data), signing.trusted_certificates())
    assert (report.error, found.status) == ("", "valid")
    assert found.sealed.digest == report.snapshot.digest
    assert [each.by for each in found.sealed.sign_offs] == ["Noor Haddad"]


def test_report_of_a_no_go_is_sealed_too(audit, noor):
    refuse(propose(audit, by=noor), by=noor, reason="The limits are not tested.")
    report = Report.objects.get()

    report.execute()

    found = verify(bytes(report.file.data), signing.trusted_certificates())
    assert (found.status, found.sealed.decision) == ("valid", "no_go")


def test_sealed_report_is_kept_with_its_size_and_sha256(quick, report):
    report.execute()

    data = bytes(ReportFile.objects.get(report=report).data)
    assert data == PDF + b" signed"
    assert (report.state, report.size_bytes) == ("done", len(data))
    assert report.sha256 == report.file.sha256 == hashlib.sha256(data).hexdigest()


def test_bytes_stay_whatever_is_renamed_and_however_often_it_is_rung_for(
    quick, report, monkeypatch
):
    report.execute()
    before = bytes(report.file.data)
    User.objects.update(name="Somebody else")
    Project.objects.update(name="Something else")
    monkeypatch.setattr("audits.reports.pdf.render_pdf", lambda *args, **kwargs: b"other code")

    Report.objects.get(pk=report.pk).execute()

    assert bytes(ReportFile.objects.get(report=report).data) == before


def test_report_of_a_revision_outlives_its_reopening(quick, report, sealed_audit, noor):
    sealed_audit.reopen("Another look.", by=noor)

    report.execute()

    assert report.state == "done"


def test_signature_that_fails_leaves_the_decision_and_says_why(quick, report, monkeypatch, caplog):
    fail_to_sign(monkeypatch, SigningUnavailable("The time-stamp authority did not answer."))

    report.execute()

    assert (report.state, report.error) == ("failed", "The time-stamp authority did not answer.")
    assert Audit.objects.get().state == "signed"
    assert SignOff.objects.count() == 1
    assert not ReportFile.objects.exists()


def test_signature_that_failed_can_be_tried_again(quick, report, monkeypatch, caplog):
    with monkeypatch.context() as patched:
        fail_to_sign(patched, SigningUnavailable("The key is gone."))
        report.execute()
    report.queue_again()

    report.execute()

    assert (report.state, report.error) == ("done", "")


@pytest.fixture
def worker(monkeypatch) -> None:
    """Does at once what the tick rings for."""
    monkeypatch.setattr(
        tasks.render_report, "apply_async", lambda args, **options: tasks.render_report(*args)
    )


@pytest.fixture
def failed(report, monkeypatch, caplog) -> Report:
    """Its one attempt found no time-stamp authority, which is there again by now."""
    with monkeypatch.context() as patched:
        fail_to_sign(patched, SigningUnavailable("The time-stamp authority did not answer."))
        report.execute()
    return report


def tick_after(report: Report, seconds: float) -> Report:
    """The tick so long after it failed; the report as that leaves it."""
    with time_machine.travel(report.finished_at + dt.timedelta(seconds=seconds), tick=False):
        tasks.tick()
    return Report.objects.get(pk=report.pk)


def test_report_that_failed_is_sealed_by_a_later_tick_though_nobody_asks(failed, worker):
    assert tick_after(failed, 59).state == "failed"
    assert not ReportFile.objects.exists()

    report = tick_after(failed, 61)

    found = verify(bytes(report.file.data), signing.trusted_certificates())
    assert (report.state, report.error, found.status) == ("done", "", "valid")
    assert tick_after(report, 7200).sha256 == report.sha256


def test_wait_doubles_with_each_failure_up_to_an_hour(quick, report, worker, monkeypatch, caplog):
    fail_to_sign(monkeypatch, SigningUnavailable("The time-stamp authority did not answer."))
    report.execute()
    waits = []
    for _ in range(12):
        waits.append((report.tried_again_at - report.finished_at).total_seconds())
        report = tick_after(report, waits[-1])

    assert waits == [60, 120, 240, 480, 960, 1920] + 6 * [3600]
    assert (report.state, report.error) == ("failed", "The time-stamp authority did not answer.")
    assert not ReportFile.objects.exists()


def test_failures_do_not_count_as_workers_that_died(quick, failed, worker):
    again = failed
    again.try_again()
    for _ in range(MAX_ATTEMPTS):
        assert again._claim()
        Report.objects.update(lease_until=timezone.now() - LEASE)

    assert not again._claim()
    assert (again.state, again.tried_again_at) == ("failed", None)
    assert "died 3 times" in again.error
    assert tick_after(again, 7200).state == "failed"


def test_two_ticks_at_once_queue_it_once(quick, failed):
    late = Report.objects.get(pk=failed.pk)
    failed.try_again()
    failed._claim()

    late.try_again()

    assert (late.state, late.attempts) == ("running", failed.attempts)


def test_report_that_failed_under_a_clock_that_ran_ahead_does_not_wait_for_it(
    quick, failed, worker
):
    Report.objects.update(finished_at=timezone.now() + dt.timedelta(days=365))

    tasks.tick()

    assert Report.objects.get().state == "done"


def test_draft_that_failed_waits_for_who_asks(quick, audit, ed, worker, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise MemoryError

    monkeypatch.setattr("audits.reports.pdf.render_pdf", fail)
    draft = Report.objects.request(audit, by=ed)
    draft.execute()

    assert (draft.tried_again_at, tick_after(draft, 7200).state) == (None, "failed")


def full_disk() -> None:
    """The database has no room for another page: of SQLite really, of PostgreSQL by its error."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA page_count")
            (pages,) = cursor.fetchone()
            cursor.execute(f"PRAGMA max_page_count = {pages + 1}")
        else:
            cursor.execute(
                """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'could not extend file: No space left on device'
                USING ERRCODE = '53100'; END $$"""
            )
            cursor.execute(
                """CREATE TRIGGER full_disk BEFORE INSERT ON audits_reportfile
                FOR EACH ROW EXECUTE FUNCTION full_disk()"""
            )


def room_again() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA max_page_count = 1073741823")
        else:
            cursor.execute("DROP TRIGGER full_disk ON audits_reportfile")
            cursor.execute("DROP FUNCTION full_disk()")


@pytest.mark.django_db(transaction=True)
def test_full_disk_leaves_no_half_stored_report_and_can_be_tried_again(
    quick, report, monkeypatch, caplog
):
    monkeypatch.setattr(signing, "sign_report", lambda pdf, **kwargs: pdf + bytes(500_000))
    full_disk()
    try:
        report.execute()
    finally:
        room_again()

    assert report.state == "failed"
    assert report.error.startswith("The database did not store the report: ")
    assert not ReportFile.objects.exists()
    report.queue_again()
    report.execute()
    assert Report.objects.get(pk=report.pk).file.sha256 == report.sha256


def test_database_refuses_to_change_what_was_sealed(quick, report):
    report.execute()

    with pytest.raises((DatabaseError, OperationalError), match="never changed or deleted"):
        ReportFile.objects.filter(report=report).update(data=b"other")
