"""Many rows at once, by mouse and by key."""

import pytest
from playwright.sync_api import expect

from audits.models import Answer


@pytest.fixture
def audit_page(page, sign_in, ed, audit):
    sign_in(page, ed)
    page.goto(audit.get_absolute_url())
    return page


@pytest.fixture
def rows(audit):
    return list(audit.answers.order_by("position"))


def box(page, answer):
    return page.locator(f"#row-{answer.pk}-select")


def test_keys_select_give_an_owner_and_take_it_back(audit_page, rows, ed):
    for key in ("j", "s", "j", "j", "Shift+S", "b", "Tab", "Enter", "Tab"):
        audit_page.keyboard.press(key)
    expect(audit_page.locator("#bulk-count")).to_have_text("3 selected")
    expect(audit_page.locator("#bulk-owner")).to_be_focused()
    audit_page.keyboard.type("Ed")
    audit_page.keyboard.press("Tab")
    audit_page.keyboard.press("Enter")
    expect(audit_page.locator("#undo .toast")).to_contain_text("3 items changed.")
    expect(audit_page.locator(f"#row-{rows[2].pk} .row-owner")).to_contain_text("Ed Fox")
    expect(audit_page.locator(".row-select:checked")).to_have_count(0)
    expect(audit_page.locator(f"#row-{rows[2].pk}-open")).to_be_focused()
    audit_page.keyboard.press("z")
    expect(audit_page.locator("#undo .toast")).to_contain_text("Taken back.")
    expect(audit_page.locator(f"#row-{rows[2].pk} .row-owner")).not_to_contain_text("Ed Fox")
    assert not Answer.objects.filter(owner=ed).exists()


def test_shift_click_selects_a_range_and_the_number_is_announced(audit_page, rows):
    box(audit_page, rows[1]).click()
    box(audit_page, rows[4]).click(modifiers=["Shift"])
    expect(audit_page.locator(".row-select:checked")).to_have_count(4)
    expect(audit_page.locator("#announcer")).to_have_text("4 items selected")
    audit_page.get_by_role("button", name="Clear", exact=True).click()
    expect(audit_page.locator(".row-select:checked")).to_have_count(0)
    expect(audit_page.locator("#bulk")).to_be_hidden()


def test_what_was_refused_stands_in_the_bar_with_all_that_was_typed(
    audit_page, rows, expected_errors
):
    expected_errors.append("status of 422")
    box(audit_page, rows[0]).click()
    audit_page.get_by_text("State…").click()
    audit_page.locator("#bulk").get_by_text("Risk accepted").click()
    audit_page.locator("#bulk-reason").fill("A week.")
    audit_page.get_by_role("button", name="Set the state").click()
    expect(audit_page.locator("#bulk")).to_contain_text("Name the approver")
    expect(audit_page.locator("#bulk-reason")).to_have_value("A week.")
    expect(box(audit_page, rows[0])).to_be_checked()


def test_row_of_somebody_else_stays_selected_and_shows_what_it_is(audit_page, rows, noor):
    box(audit_page, rows[0]).click()
    box(audit_page, rows[1]).click()
    rows[1].record("not_applicable", by=noor, reason="Not here.")
    audit_page.get_by_text("State…").click()
    audit_page.locator("#bulk").get_by_text("Done").click()
    audit_page.get_by_role("button", name="Set the state").click()
    expect(audit_page.locator("#alerts")).to_contain_text("1 item was changed by Noor Haddad")
    expect(audit_page.locator(f"#row-{rows[0].pk}")).to_have_attribute("data-state", "done")
    expect(audit_page.locator(f"#row-{rows[1].pk}")).to_have_attribute(
        "data-state", "not_applicable"
    )
    expect(box(audit_page, rows[1])).to_be_checked()
    expect(box(audit_page, rows[0])).not_to_be_checked()


def test_tick_leaves_the_selection(audit_page, rows):
    box(audit_page, rows[0]).click()
    audit_page.locator(f"#row-{rows[0].pk}-tick").click()
    expect(audit_page.locator(f"#row-{rows[0].pk}")).to_have_attribute("data-state", "done")
    expect(box(audit_page, rows[0])).to_be_checked()


@pytest.mark.parametrize("width", [1280, 360])
def test_filters_and_bar_are_accessible(audit_page, rows, assert_accessible, width):
    audit_page.set_viewport_size({"width": width, "height": 800})
    audit_page.get_by_role("button", name="Select all on this page").click()
    audit_page.get_by_text("Severity…").click()
    assert_accessible(audit_page)
    assert audit_page.evaluate("document.documentElement.scrollWidth") <= width
