"""Where the focus goes, and what a click on a row's line does."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def row(page, sign_in, ed, audit, answer):
    sign_in(page, ed)
    page.goto(audit.get_absolute_url())
    return page.locator(f"#row-{answer.pk}")


def test_click_beside_the_title_opens_the_row_and_again_closes_it(row):
    row.locator(".row-severity").click()
    expect(row.locator(".row-panel")).to_be_visible()
    row.locator(".row-severity").click()
    expect(row.locator(".row-panel")).to_have_count(0)


def test_refused_field_takes_the_focus(row, answer, expected_errors):
    expected_errors.append("status of 422")
    row.locator(".row-title").click()
    row.get_by_label("Not applicable").check(force=True)
    row.get_by_role("button", name="Save answer").click()
    expect(row.get_by_label("Reason")).to_be_focused()


def test_sent_evidence_leaves_the_focus_where_the_next_piece_is_added(row):
    row.locator(".row-title").click()
    row.get_by_text("Add a link").click()
    row.get_by_label("Address").fill("https://example.org/proof")
    row.get_by_role("button", name="Add link").click()
    expect(row.locator(".evidence-item")).to_have_count(1)
    expect(row.locator("summary", has_text="Add a link")).to_be_focused()
