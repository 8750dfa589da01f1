"""Mending a text in the browser: its lines are numbered, and a fault leads to its line."""

import re

import pytest
from playwright.sync_api import expect

from audits.models import Draft
from tests.checklist.conftest import definition_yaml

pytestmark = pytest.mark.browser


@pytest.fixture
def draft(harbour, alice) -> Draft:
    text = definition_yaml(slug="ours").decode().replace("blocker", "grave")
    return Draft.objects.begin(harbour, text, by=alice)


def test_fault_leads_to_its_line_and_the_mended_text_has_none(
    page, sign_in, alice, draft, assert_accessible
):
    sign_in(page, alice)
    page.goto(f"/drafts/{draft.pk}/text/")
    expect(page.locator(".gutter")).to_have_text(re.compile(r"^1\s+2\s+3"))
    assert_accessible(page)
    page.get_by_role("link", name="Line 13, column 19").click()
    page.keyboard.type("        severity: minor")
    page.get_by_role("button", name="Save and check").click()

    expect(page.get_by_text("The text is saved, and has no fault.")).to_be_visible()
    expect(page.locator("#item-first-item")).to_contain_text("Minor")
    assert_accessible(page)


def test_item_is_moved_and_the_move_undone_by_keyboard(page, sign_in, alice, harbour):
    items = {"keys": [("a", "First", "minor", "x"), ("b", "Second", "minor", "x")]}
    draft = Draft.objects.begin(harbour, definition_yaml(sections=items).decode(), by=alice)
    sign_in(page, alice)
    page.goto(f"/drafts/{draft.pk}/")

    page.get_by_role("button", name="Move item 2 up").press("Enter")
    expect(page.locator("[data-row] .row-title").first).to_have_text("Second")
    page.get_by_role("button", name="Undo the last change").press("Enter")

    expect(page.locator("[data-row] .row-title").first).to_have_text("First")
