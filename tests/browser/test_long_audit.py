"""An audit of more rows than a page holds, by keyboard."""

import pytest
from playwright.sync_api import expect

from audits.models import Audit
from audits.views.listing import ROWS_A_PAGE
from tests.audits.helpers import build_edition


@pytest.fixture
def long_audit(project, alice) -> Audit:
    """Of 260 items in two sections of 130."""
    edition = build_edition("long", items=ROWS_A_PAGE + 10)
    return Audit.objects.start(project, "Long", [edition], by=alice)


@pytest.fixture
def at(page, sign_in, ed, long_audit):
    """The page at that query, and the title of the item at that position."""
    sign_in(page, ed)

    def go(query: str, position: int):
        page.goto(long_audit.get_absolute_url() + query)
        return title(page, long_audit, position)

    return go


def title(page, audit, position: int):
    return page.locator(f"#row-{audit.answers.get(position=position).pk}-open")


@pytest.mark.parametrize("key", ["j", "]"])
def test_keys_go_on_to_the_next_page(page, at, long_audit, key):
    at("", ROWS_A_PAGE).focus()

    page.keyboard.press(key)

    expect(title(page, long_audit, ROWS_A_PAGE + 1)).to_be_focused()
    assert "page=2" in page.url


def test_key_goes_back_to_the_end_of_the_page_before(page, at, long_audit):
    at("?page=2", ROWS_A_PAGE + 1).focus()

    page.keyboard.press("k")

    expect(title(page, long_audit, ROWS_A_PAGE)).to_be_focused()


def test_key_stays_at_the_last_row_of_all(page, at):
    last = at("?page=2", ROWS_A_PAGE + 10)
    last.focus()

    page.keyboard.press("j")

    expect(last).to_be_focused()


def test_closing_a_row_keeps_the_page(page, at, long_audit):
    opener = at("?page=2", ROWS_A_PAGE + 3)
    opener.click()
    expect(opener).to_have_attribute("aria-expanded", "true")

    opener.click()

    expect(opener).to_have_attribute("aria-expanded", "false")
    assert page.url.endswith(f"{long_audit.get_absolute_url()}?page=2")


def test_rail_leads_to_a_section_on_another_page(page, at, long_audit):
    at("?page=2", ROWS_A_PAGE + 1)

    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Keys").click()

    expect(title(page, long_audit, 1)).to_be_visible()
