"""Action items in a browser: closed in place, with the focus where one goes on, light and dark."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from audits.models import Action
from tests.audits.test_actions import promise


@pytest.fixture
def action(audit, answer, alice) -> Action:
    """Alice's, late and about item 1."""
    late = promise(audit, alice, answer=answer)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Action.objects.filter(pk=late.pk).update(due=yesterday)
    return late


def test_action_item_is_closed_in_place_and_leads_on_to_its_item(
    page, sign_in, alice, action, assert_accessible, expected_errors
):
    expected_errors.append("status of 422")
    sign_in(page, alice)
    page.goto(action.get_absolute_url())
    expect(page.get_by_text("Late by 1 day")).to_be_visible()
    page.get_by_text("Close…").click()

    page.get_by_role("button", name="Drop it").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert_accessible(page)
    page.get_by_label("What was done, or why not").fill("The provider agreed.")
    page.get_by_role("button", name="Done").click()

    onward = page.get_by_role("link", name="Open the item to answer it")
    expect(onward).to_be_focused()
    expect(page.locator("#action-filters")).to_contain_text("Closed 1")
    assert_accessible(page)
    onward.click()
    expect(page.get_by_text("Closed by Alice Berg")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_list_and_home_fit_a_phone(page, sign_in, alice, action, assert_accessible, scheme):
    sign_in(page, alice)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})

    for address in (action.get_absolute_url(), "/"):
        page.goto(address)
        expect(
            page.get_by_text("1 late" if address == "/" else "Late by 1 day").first
        ).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        assert_accessible(page)
