"""What a report is taken away as: the PDF, its twin for the browser, the snapshot."""

import hashlib

import pytest
from django.urls import reverse

from audits.models import Evidence, Report
from tests.audits.views.markup import Page
from tests.audits.views.things import render


@pytest.fixture
def report(sealed_audit) -> Report:
    """Of the sealed audit, waiting for its worker."""
    return Report.objects.get()


def address(verb: str, report: Report) -> str:
    return reverse(f"report-{verb}", args=[report.pk])


@pytest.mark.parametrize("state", ["queued", "running", "failed"])
def test_report_that_is_not_rendered_cannot_be_downloaded(browser, vic, report, state):
    Report.objects.update(state=state)

    response = browser(vic).get(address("download", report))

    assert response.status_code == 409
    assert "This report is not rendered yet" in Page(response).text


def test_report_is_downloaded_under_a_name_that_tells_which(browser, vic, report):
    render(report)

    response = browser(vic).get(address("download", report))

    assert response.content == bytes(report.file.data)
    assert response["Content-Disposition"] == (
        'attachment; filename="first-launch-revision-1.pdf"'
    )
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(("title", "name"), [("Größe “2” / x", "groe-2-x"), ("\u2026", "audit")])
def test_draft_is_called_one_whatever_the_title(browser, ed, audit, title, name):
    audit.rename(title, by=ed)
    report = Report.objects.request(audit, by=ed)
    render(report)

    disposition = browser(ed).get(address("download", report))["Content-Disposition"]

    assert disposition == f'attachment; filename="{name}-revision-1-draft.pdf"'


def test_draft_that_the_store_lost_is_rendered_again(
    browser, vic, audit, ed, rung, django_capture_on_commit_callbacks
):
    report = Report.objects.request(audit, by=ed)
    render(report)
    report.path.unlink()

    with django_capture_on_commit_callbacks(execute=True):
        response = browser(vic).get(address("download", report), follow=True)

    assert response.redirect_chain == [(report.get_absolute_url(), 302)]
    assert "It is being rendered again from its snapshot." in Page(response).text
    assert Report.objects.get().state == "queued"
    assert rung == [str(report.pk)]


def test_twin_of_the_report_needs_neither_style_nor_script_of_its_own(
    browser, vic, sealed_audit, report
):
    response = browser(vic).get(address("html", report))

    page = Page(response)
    assert page.faults == []
    assert "'unsafe" not in response["Content-Security-Policy"]
    assert page.all("link", rel="stylesheet")[0]["href"].startswith("/static/css/report")
    assert report.snapshot.digest in page.text


def test_twin_shows_what_people_wrote_as_text(browser, ed, answer):
    Evidence.objects.attach_note(answer, "<script>x()</script><b style='x'>b</b>", by=ed)
    answer.record("not_applicable", by=ed, reason="<img src=x onerror=x()>")
    report = Report.objects.request(answer.audit, by=ed)

    page = Page(browser(ed).get(address("html", report)))

    assert page.faults == []
    assert not page.all("img")


def test_snapshot_is_the_very_bytes_that_the_digest_is_of(browser, vic, report):
    response = browser(vic).get(address("snapshot", report))

    assert hashlib.sha256(response.content).hexdigest() == report.snapshot.digest
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == (
        f'attachment; filename="snapshot-{report.snapshot.digest[:12]}.json"'
    )
