"""Sealed reports that were swapped together with their digests: their signatures tell."""

import hashlib

import pytest
from django.core.management import call_command

from audits.models import Report, ReportFile
from tests.audits.helpers import seal
from tests.audits.tampering import untie, verify
from tests.audits.worlds import share


@pytest.fixture
def report(sealed_audit) -> Report:
    report = Report.objects.get()
    report.execute()
    return report


share(globals(), "report")


def swap(report: Report, data: bytes) -> None:
    untie()
    sha256 = hashlib.sha256(data).hexdigest()
    ReportFile.objects.filter(report=report).update(data=data, sha256=sha256)
    Report.objects.filter(pk=report.pk).update(sha256=sha256, size_bytes=len(data))


@pytest.mark.slow
def test_report_that_was_stored_verifies(report, capsys):
    call_command("verify_events", reports=True)

    assert "every chain holds" in capsys.readouterr().out


@pytest.mark.slow
def test_report_that_was_altered_with_its_digests_is_found(report, capsys):
    data = bytearray(report.file.data)
    data[len(data) // 2] ^= 1
    swap(report, bytes(data))

    assert "the sealed report of revision 1: " in verify(capsys, reports=True)


@pytest.mark.slow
def test_report_of_another_revision_is_found(report, noor, capsys):
    audit = report.snapshot.audit
    audit.reopen("Another look.", by=noor)
    seal(audit, by=noor)
    other = Report.objects.get(snapshot__revision=2)
    other.execute()
    swap(other, bytes(report.file.data))

    assert "revision 2 shows another snapshot" in verify(capsys, reports=True)
