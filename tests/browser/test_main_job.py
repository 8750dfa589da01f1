"""The whole job on the shipped checklists: start, tick, attach, decide, take the report away."""

import re
import threading

import pytest
from django.core.management import call_command
from django.db import connections
from playwright.sync_api import expect

from audits.models import Audit, Heartbeat, Report
from tests.audits.views.decided import PASSWORD, give_password


@pytest.fixture
def shipped(transactional_db):
    call_command("load_checklists", verbosity=0)


def start_audit(page, project):
    page.goto(f"/audits/new/?project={project.pk}")
    page.get_by_label("Title").fill("First launch")
    page.get_by_label(re.compile("Claude launch")).check()
    page.get_by_label(re.compile("Claude production")).check()
    page.get_by_role("button", name="Start the audit").click()
    expect(page.locator("#audit-progress")).to_contain_text("0 of 56 done")
    return Audit.objects.get()


def attach_link_and_file(page, answer):
    page.locator(f"#row-{answer.pk}-open").focus()
    page.keyboard.press("e")
    field = page.locator(f"#row-{answer.pk} input[name=url]")
    expect(field).to_be_focused()
    page.keyboard.type("https://grafana.example/d/claude")
    page.keyboard.press("Enter")
    pieces = page.locator(f"#row-{answer.pk} .evidence-item")
    expect(pieces).to_have_count(1)
    page.locator(f"#evidence-file-{answer.pk} > summary").click()
    upload = {"name": "limits.txt", "mimeType": "text/plain", "buffer": b"rpm: 50"}
    page.locator(f"#row-{answer.pk} input[type=file]").set_input_files(upload)
    page.locator(f"#evidence-file-send-{answer.pk}").click()
    expect(pieces).to_have_count(2)


def propose_and_refuse(page):
    page.get_by_role("link", name="Propose…").click()
    page.get_by_label("Statement").fill("All that we know today.")
    page.get_by_role("button", name="Propose revision 1").click()
    page.get_by_role("link", name="Refuse it…").click()
    page.get_by_label("Reason").fill("Not before the blockers are closed.")
    page.get_by_label("to confirm").fill("refuse revision 1")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Refuse revision 1").click()
    expect(page.get_by_text("Revision 1 was refused")).to_be_visible()


def render_as_the_worker(report):
    """In a thread of its own: signing runs a loop, and Playwright's is the one of this thread."""

    def run():
        try:
            report.execute()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)


def test_newcomer_does_the_whole_job(page, sign_in, shipped, project, noor):
    give_password(noor)
    sign_in(page, noor)
    audit = start_audit(page, project)
    first, second = audit.answers.order_by("position")[:2]
    page.locator(f"#row-{first.pk} .tick-button").click()
    expect(page.locator(f"#row-{first.pk}")).to_have_attribute("data-state", "done")
    attach_link_and_file(page, second)
    page.locator(f"#row-{second.pk}-open").focus()
    page.keyboard.press("x")
    expect(page.locator("#audit-progress")).to_contain_text("2 of 56 done")
    propose_and_refuse(page)
    render_as_the_worker(Report.objects.get())
    page.goto(Report.objects.get().get_absolute_url())
    with page.expect_download() as download:
        page.get_by_role("link", name="Download PDF").click()
    assert download.value.suggested_filename == "first-launch-revision-1.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def test_report_page_follows_the_worker(page, sign_in, settled_audit, ed):
    Heartbeat.beat(Heartbeat.Part.WORKER)
    sign_in(page, ed)
    page.goto(settled_audit.get_absolute_url())
    page.get_by_role("button", name="Report").click()
    expect(page.get_by_text("Waiting for the worker")).to_be_visible()
    Report.objects.get().execute()
    expect(page.get_by_role("link", name="Download PDF")).to_be_visible()


def test_missing_worker_is_named(page, sign_in, settled_audit, ed):
    sign_in(page, ed)
    page.goto(settled_audit.get_absolute_url())
    page.get_by_role("button", name="Report").click()
    expect(page.get_by_text("No worker is running.")).to_be_visible()


def test_search_finds_items_as_one_types(page, sign_in, shipped, ed, harbour):
    sign_in(page, ed)
    page.goto("/checklists/")
    page.locator("input[type=search]").press_sequentially("jitter", delay=20)
    expect(page.get_by_role("link", name=re.compile("Retries back off"))).to_be_visible()
    expect(page).to_have_url(re.compile("q=jitter"))
