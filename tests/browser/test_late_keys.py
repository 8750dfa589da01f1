"""Keys that are pressed before an answer has come: each acts on what it was meant for, or not."""

import pytest
from playwright.sync_api import expect

from audits.models import Answer, Evidence
from tests.audits.saying import edition, probes, production, ran
from tests.browser.held import Held, fails
from tests.browser.looking import row
from tests.browser.workers import worker

__all__ = ["edition", "probes", "production", "worker"]  # fixtures


@pytest.fixture
def audit_page(page, sign_in, ed, audit):
    sign_in(page, ed)
    page.goto(audit.get_absolute_url())
    return page


@pytest.fixture
def second(audit) -> Answer:
    return audit.answers.get(position=2)


def press(page, answer, key):
    page.locator(f"#row-{answer.pk}-open").focus()
    page.keyboard.press(key)


def machine_of(page, answer):
    return page.locator(f"#machine-{answer.pk}")


def comment(page, answer):
    """Whatever was sent before, this is sent after it."""
    page.locator(f"#comments-{answer.pk} textarea[name=text]").fill("I have looked.")
    page.locator(f"#comment-send-{answer.pk}").click()
    expect(row(page, answer).locator(".comment")).to_contain_text("I have looked.")


def test_key_that_found_no_run_to_attach_attaches_none_that_is_started_later(
    audit_page, production, answer, worker
):
    posted = []
    audit_page.on("request", lambda each: each.method == "POST" and posted.append(each.url))
    press(audit_page, answer, "a")
    expect(machine_of(audit_page, answer)).to_be_visible()
    worker.may.set()

    audit_page.locator(f"#run-{answer.pk}").click()

    expect(machine_of(audit_page, answer)).to_contain_text("Attach this run as evidence")
    comment(audit_page, answer)
    assert [url.rsplit("/", 2)[1] for url in posted] == ["run", "comments"]
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("key", ["r", "a"])
def test_key_whose_row_could_not_be_opened_is_forgotten(
    audit_page, production, answer, worker, expected_errors, key
):
    expected_errors.append("status of 503")
    ran(production, worker.finding)
    posted = []
    audit_page.on("request", lambda each: each.method == "POST" and posted.append(each.url))
    fails(audit_page, rf"{answer.get_absolute_url()}$")
    press(audit_page, answer, key)
    expect(audit_page.locator("#alerts")).to_contain_text("The server failed (503)")

    # As assistive technology does it, without a pointer.
    audit_page.locator(f"#row-{answer.pk}-open").dispatch_event("click")

    expect(machine_of(audit_page, answer)).to_contain_text("Attach this run as evidence")
    comment(audit_page, answer)
    assert [url.rsplit("/", 2)[1] for url in posted] == ["comments"]


def test_taking_back_waits_for_the_answer_of_the_last_tick(audit_page, answer, second):
    press(audit_page, answer, "x")
    expect(audit_page.locator("#undo .toast")).to_be_visible()
    mine = Held(audit_page, "/state/$", "POST")
    press(audit_page, second, "x")
    mine.wait()
    audit_page.keyboard.press("z")

    mine.release()

    expect(audit_page.locator("#undo .toast")).to_contain_text("Took back")
    expect(row(audit_page, second)).to_have_attribute("data-state", "open")
    expect(row(audit_page, answer)).to_have_attribute("data-state", "done")
    states = Answer.objects.filter(pk__in=[answer.pk, second.pk]).order_by("position")
    assert [each.state for each in states] == ["done", "open"]


def test_run_that_was_attached_is_taken_back_once_it_is(audit_page, production, answer, worker):
    ran(production, worker.finding)
    press(audit_page, answer, "Enter")
    expect(machine_of(audit_page, answer)).to_contain_text("Attach this run as evidence")
    mine = Held(audit_page, "/attach/$", "POST")
    press(audit_page, answer, "a")
    mine.wait()
    # What others see of it is here first.
    expect(machine_of(audit_page, answer)).to_contain_text("This run is among the evidence.")

    audit_page.keyboard.press("z")
    mine.release()

    expect(machine_of(audit_page, answer)).to_contain_text("Attach this run as evidence")
    assert not Evidence.objects.current().exists()


def test_tick_that_failed_is_not_taken_back_and_nothing_else_in_its_place(
    audit_page, answer, second, expected_errors
):
    expected_errors.append("status of 503")
    press(audit_page, answer, "x")
    expect(audit_page.locator("#undo .toast")).to_be_visible()
    mine = Held(audit_page, f"/{second.pk}/state/$", "POST", status=503)
    press(audit_page, second, "x")
    mine.wait()
    audit_page.keyboard.press("z")

    mine.release()

    expect(audit_page.locator("#alerts")).to_contain_text("The server failed (503)")
    row(audit_page, second).locator(".tick-button").click()
    expect(row(audit_page, second)).to_have_attribute("data-state", "done")
    press(audit_page, second, "c")
    comment(audit_page, second)
    assert Answer.objects.filter(state="done").count() == 2


def test_taking_back_waits_for_the_answer_of_a_change_of_many(audit_page, answer, second, ed):
    press(audit_page, answer, "x")
    expect(audit_page.locator("#undo .toast")).to_be_visible()
    mine = Held(audit_page, "/answers/$", "POST")
    row(audit_page, second).locator(".row-select").check()
    audit_page.get_by_text("Owner…").click()
    audit_page.locator("#bulk-owner").select_option(label="Ed Fox")
    audit_page.get_by_role("button", name="Set the owner").click()
    mine.wait()
    press(audit_page, second, "z")

    mine.release()

    expect(audit_page.locator("#undo .toast")).to_contain_text("Taken back.")
    expect(row(audit_page, answer)).to_have_attribute("data-state", "done")
    assert not Answer.objects.filter(owner=ed).exists()
