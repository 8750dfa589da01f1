"""Ticking, answering and commenting, by mouse and by key."""

import re

import pytest
from playwright.sync_api import expect

from audits.models import Answer


@pytest.fixture
def audit_page(page, sign_in, ed, audit):
    sign_in(page, ed)
    page.goto(audit.get_absolute_url())
    return page


def row(page, answer):
    return page.locator(f"#row-{answer.pk}")


def test_tick_by_mouse_answers_at_once_and_survives_a_reload(audit_page, answer):
    row(audit_page, answer).locator(".tick-button").click()
    expect(row(audit_page, answer)).to_have_attribute("data-state", "done")
    expect(audit_page.locator("#audit-progress")).to_contain_text("1 of 6 done")
    expect(audit_page.locator("#audit-progress")).to_contain_text("1 blocker open")
    audit_page.reload()
    expect(row(audit_page, answer)).to_have_attribute("data-state", "done")


def test_tick_by_key_and_back_keeps_the_focus(audit_page, answer):
    audit_page.keyboard.press("j")
    audit_page.keyboard.press("x")
    expect(row(audit_page, answer)).to_have_attribute("data-state", "done")
    expect(audit_page.locator(f"#row-{answer.pk}-open")).to_be_focused()
    audit_page.keyboard.press("x")
    expect(row(audit_page, answer)).to_have_attribute("data-state", "open")


def test_tick_announces_the_progress_politely(audit_page, answer):
    row(audit_page, answer).locator(".tick-button").click()
    expect(audit_page.locator("#announcer")).to_contain_text("1 of 6 done")
    expect(audit_page.locator("#announcer")).to_have_attribute("role", "status")


def test_open_item_is_in_the_url_and_closes_with_escape(audit_page, audit, answer):
    audit_page.locator(f"#row-{answer.pk}-open").click()
    expect(audit_page).to_have_url(re.compile(f"{answer.get_absolute_url()}$"))
    audit_page.reload()
    expect(audit_page.locator(f"#row-{answer.pk}-panel")).to_be_visible()
    audit_page.locator(f"#row-{answer.pk}-open").focus()
    audit_page.keyboard.press("Escape")
    expect(audit_page.locator(f"#row-{answer.pk}-panel")).to_have_count(0)
    expect(audit_page).to_have_url(re.compile(f"{audit.get_absolute_url()}$"))


def test_keys_walk_rows_and_sections(audit_page, audit):
    rows = list(audit.answers.order_by("position"))
    audit_page.keyboard.press("j")
    audit_page.keyboard.press("j")
    expect(audit_page.locator(f"#row-{rows[1].pk}-open")).to_be_focused()
    audit_page.keyboard.press("k")
    expect(audit_page.locator(f"#row-{rows[0].pk}-open")).to_be_focused()
    audit_page.keyboard.press("]")
    expect(audit_page.locator(f"#row-{rows[3].pk}-open")).to_be_focused()
    audit_page.keyboard.press("[")
    expect(audit_page.locator(f"#row-{rows[0].pk}-open")).to_be_focused()


def test_keys_can_be_switched_off(audit_page, answer):
    audit_page.keyboard.press("?")
    audit_page.get_by_label("Use these keys").uncheck()
    audit_page.keyboard.press("Escape")
    audit_page.keyboard.press("j")
    audit_page.keyboard.press("x")
    expect(row(audit_page, answer)).to_have_attribute("data-state", "open")


def test_keys_are_text_inside_a_field(audit_page, answer):
    audit_page.keyboard.press("/")
    audit_page.keyboard.type("xjn?")
    expect(audit_page.locator("#q")).to_have_value("xjn?")
    assert Answer.objects.get(pk=answer.pk).state == "open"


def test_not_applicable_wants_a_reason(audit_page, answer, expected_errors):
    expected_errors.append("status of 422")
    audit_page.keyboard.press("j")
    audit_page.keyboard.press("n")
    expect(audit_page.locator(f"#reason-{answer.pk}")).to_be_visible()
    audit_page.locator(f"#state-save-{answer.pk}").click()
    expect(row(audit_page, answer)).to_contain_text("Say why the item does not apply.")
    audit_page.locator(f"#reason-{answer.pk}").fill("It runs at night.")
    audit_page.locator(f"#state-save-{answer.pk}").click()
    expect(row(audit_page, answer)).to_have_attribute("data-state", "not_applicable")


def test_comment_is_shown_cleaned_and_its_field_is_empty_again(audit_page, answer):
    audit_page.keyboard.press("j")
    audit_page.keyboard.press("c")
    expect(audit_page.locator(f"#comments-{answer.pk} textarea[name=text]")).to_be_focused()
    audit_page.keyboard.type("It is **safe** <img src=x onerror=alert(1)>")
    audit_page.locator(f"#comment-send-{answer.pk}").click()
    expect(row(audit_page, answer).locator(".comment strong", has_text="safe")).to_be_visible()
    expect(row(audit_page, answer).locator(".comment img")).to_have_count(0)
    expect(audit_page.locator(f"#comments-{answer.pk} textarea[name=text]")).to_have_value("")


def test_somebody_elses_change_in_between_loses_no_text(
    audit_page, answer, alice, expected_errors
):
    expected_errors.append("status of 409")
    audit_page.keyboard.press("j")
    audit_page.keyboard.press("n")
    audit_page.locator(f"#reason-{answer.pk}").fill("My own reason.")
    answer.record("done", by=alice)
    audit_page.locator(f"#state-save-{answer.pk}").click()
    versions = row(audit_page, answer).locator(".versions")
    expect(versions).to_contain_text("Alice Berg changed this answer")
    expect(audit_page.locator(f"#reason-{answer.pk}")).to_have_value("My own reason.")
    audit_page.locator(f"#state-save-{answer.pk}").click()
    expect(row(audit_page, answer)).to_have_attribute("data-state", "not_applicable")


def test_server_that_is_gone_is_said_and_nothing_is_lost(audit_page, answer, expected_errors):
    expected_errors += ["net::ERR_FAILED", "Failed to fetch"]
    audit_page.route("**/state/", lambda route: route.abort())
    row(audit_page, answer).locator(".tick-button").click()
    expect(audit_page.locator("#alerts .toast")).to_be_visible()
    expect(row(audit_page, answer)).to_have_attribute("data-state", "open")


def test_expired_session_leads_to_the_sign_in_and_back(audit_page, audit, answer, expected_errors):
    # The stream may ask in that very moment.
    expected_errors += ["status of 401", "status of 404"]
    audit_page.context.clear_cookies(name="sessionid")
    row(audit_page, answer).locator(".tick-button").click()
    expect(audit_page).to_have_url(
        re.compile(rf"/account/login/\?next={audit.get_absolute_url()}")
    )
