import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from audits.models import Heartbeat, Report
from tests.audits.views.markup import HTMX, Page
from tests.audits.views.things import render


@pytest.fixture
def report(sealed_audit) -> Report:
    """Of the sealed audit, waiting for its worker."""
    return Report.objects.get()


def address(verb: str, thing) -> str:
    return reverse(f"report-{verb}", args=[thing.pk])


def polls(page: Page) -> list[str]:
    """What the page asks for again and again."""
    return [tag["hx-get"] for _, tag in page.tags if "every" in tag.get("hx-trigger", "")]


def set_state(report: Report, **values) -> None:
    Report.objects.filter(pk=report.pk).update(**values)


def test_report_is_asked_for_and_its_page_shown(
    browser, vic, audit, rung, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = browser(vic).post(address("request", audit))

    report = Report.objects.get()
    assert response["Location"] == report.get_absolute_url()
    assert rung == [str(report.pk)]


def test_who_asks_twice_gets_one_report(browser, vic, ed, audit):
    first = browser(vic).post(address("request", audit))

    second = browser(ed).post(address("request", audit))

    assert second["Location"] == first["Location"]
    assert Report.objects.count() == 1


def test_sealed_audit_has_one_report_for_ever(browser, vic, sealed_audit, report):
    response = browser(vic).post(address("request", sealed_audit))

    assert response["Location"] == report.get_absolute_url()


def test_finished_report_is_not_asked_for_again(
    browser, vic, sealed_audit, report, rung, django_capture_on_commit_callbacks
):
    render(report)

    with django_capture_on_commit_callbacks(execute=True):
        browser(vic).post(address("request", sealed_audit))

    assert rung == []


def test_changed_draft_gets_a_new_report(browser, ed, audit, answer):
    client = browser(ed)
    first = client.post(address("request", audit))
    answer.record("done", by=ed)

    second = client.post(address("request", audit))

    assert second["Location"] != first["Location"]


def test_page_of_a_waiting_report_follows_it_by_itself(browser, vic, report):
    set_state(report, state="running", percent=40, step="Laying out the pages")

    response = browser(vic).get(address("detail", report))

    page = Page(response)
    assert polls(page) == [report.get_absolute_url()]
    assert page.all("progress")[0]["value"] == "40"
    assert "Laying out the pages" in page.text


def test_progress_comes_as_a_part_of_its_own(browser, vic, report):
    set_state(report, state="running", percent=40)

    response = browser(vic).get(address("detail", report), headers=HTMX)

    page = Page(response)
    assert polls(page) == [report.get_absolute_url()]
    assert not page.all("html")
    assert "HX-Request" in response["Vary"]


def test_page_of_a_finished_report_stops_asking(browser, vic, report):
    render(report)

    page = Page(browser(vic).get(address("detail", report)))

    assert polls(page) == []
    assert address("download", report) in page.links()


def test_failed_report_shows_its_cause_and_a_way_to_try_again(browser, vic, report):
    set_state(report, state="failed", error="The worker ran out of memory <b>.")

    page = Page(browser(vic).get(address("detail", report)))

    assert "The worker ran out of memory <b>." in page.text
    assert page.all("form", action=address("retry", report))


def test_failed_report_of_a_seal_says_when_it_is_tried_again_and_follows_it(browser, vic, report):
    at = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
    set_state(report, state="failed", error="No.", attempts=1, finished_at=at)

    page = Page(browser(vic).get(address("detail", report)))

    assert "No. The decision stands." in page.text
    assert "tried again by itself after 1 Mar 2026, 12:01:00 UTC" in page.text
    assert polls(page) == [report.get_absolute_url()]


def test_report_that_killed_its_workers_says_that_it_waits_for_somebody(browser, vic, report):
    set_state(report, state="failed", error="No.", attempts=4, finished_at=timezone.now())

    page = Page(browser(vic).get(address("detail", report)))

    assert "The report is not tried again by itself." in page.text
    assert polls(page) == []


def test_failed_draft_says_nothing_of_being_tried_again(browser, vic, audit):
    draft = Report.objects.request(audit, by=vic)
    set_state(draft, state="failed", error="No.", attempts=1, finished_at=timezone.now())

    page = Page(browser(vic).get(address("detail", draft)))

    assert "by itself" not in page.text
    assert polls(page) == []


def test_failed_report_is_tried_again(
    browser, vic, report, rung, django_capture_on_commit_callbacks
):
    set_state(report, state="failed", error="No.")

    with django_capture_on_commit_callbacks(execute=True):
        browser(vic).post(address("retry", report))

    assert Report.objects.get().state == "queued"
    assert rung == [str(report.pk)]


@pytest.mark.parametrize("state", ["queued", "running", "done"])
def test_report_that_did_not_fail_is_left_alone(
    browser, vic, report, rung, state, django_capture_on_commit_callbacks
):
    set_state(report, state=state)

    with django_capture_on_commit_callbacks(execute=True):
        browser(vic).post(address("retry", report))

    assert Report.objects.get().state == state
    assert rung == []


def beat(age: dt.timedelta) -> None:
    Heartbeat.objects.create(part="worker", at=timezone.now() - age)


def test_page_says_that_no_worker_has_ever_run(browser, vic, report):
    text = Page(browser(vic).get(address("detail", report))).text

    assert "No worker is running. No worker has ever reported." in text


def test_page_says_since_when_no_worker_runs(browser, vic, report):
    beat(dt.timedelta(minutes=1))

    text = Page(browser(vic).get(address("detail", report), headers=HTMX)).text

    assert "No worker is running. The worker was last heard of 6" in text


def test_page_is_silent_about_a_worker_that_runs(browser, vic, report):
    beat(dt.timedelta(seconds=5))

    text = Page(browser(vic).get(address("detail", report))).text

    assert "No worker is running" not in text


def test_nobody_needs_a_worker_for_a_finished_report(browser, vic, report):
    render(report)

    text = Page(browser(vic).get(address("detail", report))).text

    assert "No worker is running" not in text
