"""A report as a piece of work: queued, taken by one worker, finished or failed with a cause."""

import datetime as dt
import errno
import hashlib
import re
import threading

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from audits.models import Project, Report
from audits.models.reports import LEASE, MAX_ATTEMPTS

PDF = b"%PDF-1.7 a report"


@pytest.fixture(autouse=True)
def renderer(monkeypatch) -> list:
    """Stands in for WeasyPrint; holds the snapshots that it was given."""
    given = []

    def render(snapshot, digest, *, seal=None, on_progress):
        given.append(snapshot)
        on_progress("Laying out the pages", 15)
        return PDF

    monkeypatch.setattr("audits.reports.pdf.render_pdf", render)
    return given


@pytest.fixture
def report(settled_audit, ed) -> Report:
    """A draft; of what is sealed see test_sealed_reports.py."""
    return Report.objects.request(settled_audit, by=ed)


def fail_with(error: Exception, monkeypatch) -> None:
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("audits.reports.pdf.render_pdf", fail)


def test_sealed_audit_has_one_report_whoever_asks(sealed_audit, ed, vic):
    first = Report.objects.request(sealed_audit, by=ed)

    assert Report.objects.request(sealed_audit, by=vic) == first
    assert first.snapshot.sealed


def test_draft_report_is_shared_until_something_happens(audit, answer, ed, vic):
    first = Report.objects.request(audit, by=ed)
    assert Report.objects.request(audit, by=vic) == first

    answer.record("done", by=ed)

    assert Report.objects.request(audit, by=ed) != first


def test_draft_report_is_made_anew_when_the_project_was_renamed(audit, project, ed):
    first = Report.objects.request(audit, by=ed)
    Project.objects.filter(pk=project.pk).update(name="Other")

    second = Report.objects.request(audit, by=ed)

    assert second.snapshot.content()["project"]["name"] == "Other"
    assert second != first


def test_draft_report_is_made_anew_on_the_next_day(audit, ed):
    first = Report.objects.request(audit, by=ed)

    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        assert Report.objects.request(audit, by=ed) != first


def test_rendering_keeps_the_file_with_its_size_and_sha256(report):
    report.execute()

    kept = Report.objects.get(pk=report.pk)
    assert kept.path.read_bytes() == PDF
    assert (kept.state, kept.percent, kept.size_bytes) == ("done", 100, len(PDF))
    assert kept.sha256 == hashlib.sha256(PDF).hexdigest()


def test_kept_file_can_be_read_by_the_service_alone(report):
    report.execute()

    assert report.path.stat().st_mode & 0o777 == 0o600


def test_only_the_snapshot_is_rendered(report, renderer, project):
    Project.objects.filter(pk=project.pk).update(name="Renamed since")

    report.execute()

    assert renderer[0]["project"]["name"] == "Support assistant"


def test_ringing_twice_renders_once(report, renderer):
    report.execute()
    Report.objects.get(pk=report.pk).execute()

    assert len(renderer) == 1


def test_report_in_another_workers_hands_is_left_alone(report, renderer):
    assert Report.objects.get(pk=report.pk)._claim()

    report.execute()

    assert renderer == []
    assert report.state == "running"


def test_progress_is_told_while_it_renders(report, monkeypatch):
    seen = []

    def render(snapshot, digest, *, on_progress):
        on_progress("Laying out the pages", 15)
        seen.append(Report.objects.values_list("step", "percent").get(pk=report.pk))
        return PDF

    monkeypatch.setattr("audits.reports.pdf.render_pdf", render)
    report.execute()

    assert seen == [("Laying out the pages", 15)]


def test_report_taken_before_the_clock_was_set_back_is_taken_up_again(report):
    with time_machine.travel(timezone.now() + dt.timedelta(days=3)):
        assert report._claim()

    assert report in Report.objects.waiting()


def test_lease_is_renewed_while_the_report_is_made(report, monkeypatch):
    renewed = []

    def render(snapshot, digest, *, seal=None, on_progress):
        renewed.append(threads("_renew"))
        return PDF

    monkeypatch.setattr("audits.reports.pdf.render_pdf", render)
    report.execute()

    assert (renewed, threads("_renew")) == ([1], 0)


def threads(target: str) -> int:
    return sum(target in thread.name for thread in threading.enumerate())


def test_report_of_a_worker_that_died_is_taken_up_after_its_lease(report, renderer):
    assert report._claim()
    assert report not in Report.objects.waiting()

    with time_machine.travel(timezone.now() + LEASE + dt.timedelta(seconds=1)):
        assert report in Report.objects.waiting()
        Report.objects.get(pk=report.pk).execute()

    assert Report.objects.get(pk=report.pk).state == "done"


def test_worker_that_was_thought_dead_does_not_undo_a_finished_report(report):
    slow = Report.objects.get(pk=report.pk)
    slow._claim()
    with time_machine.travel(timezone.now() + LEASE + dt.timedelta(seconds=1)):
        report.execute()

    slow._fail("The worker ran out of memory.")

    assert slow.state == "done"


def test_report_that_kills_its_worker_is_given_up(report, renderer):
    Report.objects.filter(pk=report.pk).update(attempts=MAX_ATTEMPTS)

    report.execute()

    assert (report.state, renderer) == ("failed", [])
    assert "died 3 times" in report.error


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (SoftTimeLimitExceeded(), "took longer than fifteen minutes"),
        (MemoryError(), "ran out of memory"),
        (OSError(errno.ENOSPC, "…"), "could not be stored: No space left on device."),
        (OSError("cannot load library 'libpango-1.0-0'"), "A native library .* is missing"),
        (KeyError("sections"), "Rendering stopped with KeyError"),
    ],
)
def test_failure_says_its_cause_in_words(report, monkeypatch, caplog, error, cause):
    fail_with(error, monkeypatch)

    report.execute()

    kept = Report.objects.get(pk=report.pk)
    assert kept.state == "failed"
    assert re.search(cause, kept.error)


def test_failure_tells_nothing_of_the_servers_folders(report, monkeypatch, caplog):
    fail_with(OSError(errno.EACCES, "Permission denied", str(report.path)), monkeypatch)

    report.execute()

    assert str(report.path.parent) not in report.error


def test_full_disk_leaves_no_half_written_file(report, monkeypatch, caplog):
    def fail(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("audits.models.reports.os.fsync", fail)

    report.execute()

    assert report.error == "The report could not be stored: No space left on device."
    assert list(report.path.parent.iterdir()) == []


def test_failed_report_is_queued_again_when_asked_for(
    report, settled_audit, ed, monkeypatch, caplog
):
    fail_with(ValueError(), monkeypatch)
    report.execute()

    again = Report.objects.request(settled_audit, by=ed)

    assert (again, again.state, again.error, again.attempts) == (report, "queued", "", 0)


def test_report_that_is_being_rendered_is_not_queued_again(report):
    report._claim()

    report.queue_again()

    assert report.state == "running"
