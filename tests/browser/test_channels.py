"""Channels and alerts in a browser: axe, a narrow window, and a test that is answered."""

import pytest
from playwright.sync_api import expect

from audits.models import Delivery, telling
from tests.audits.alerting import add_channel, runs, watch_of


@pytest.fixture
def channel(harbour, alice, project):
    channel = add_channel(harbour, name="On-call", by=alice)
    gone = add_channel(harbour, "webhook", name="Former gateway", by=alice)
    runs(watch_of(project), "ffpp")
    for each in (channel, gone):
        telling.test_channel(each, by=alice)
    says = "Answered 503."
    Delivery.objects.filter(alert__kind="failing").update(state="sent", attempts=2)
    Delivery.objects.filter(alert__kind="recovered").update(attempts=3, says=says)
    Delivery.objects.filter(alert__kind="test").update(state="sent", attempts=1)
    gone.turn_off("Answered 410: the address is gone for good.")
    return channel


PAGES = {
    "list": "channels/",
    "new": "channels/new/slack/",
    "new webhook": "channels/new/webhook/",
    "log": "channels/{channel}/",
    "edit": "channels/{channel}/edit/",
    "remove": "channels/{channel}/remove/",
    "alerts": "alerts/",
}


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_and_nothing_hangs_over(
    page, sign_in, alice, harbour, channel, assert_accessible, name, width
):
    sign_in(page, alice)
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(f"/teams/{harbour.pk}/{PAGES[name].format(channel=channel.pk)}")

    assert_accessible(page)
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(over) <= 0


def test_member_says_by_keyboard_that_a_test_arrived(page, sign_in, ed, harbour, channel):
    sign_in(page, ed)
    page.goto(f"/teams/{harbour.pk}/channels/")

    page.get_by_role("button", name="It arrived in “On-call”").press("Enter")

    expect(page.get_by_text("Yes, says Ed Fox")).to_be_visible()
