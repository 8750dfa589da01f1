"""A guest, from the invitation to the moment in which their link ends."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from audits.models import Participant
from tests.audits import reviewing

GONE_MS = 30_000


@pytest.fixture
def review(audit, ed):
    return reviewing.planned(audit, ed)


@pytest.fixture
def editor(page, sign_in, ed):
    sign_in(page, ed)
    return page


def invite(editor, review) -> str:
    """The link, as the page shows it where no mail is sent."""
    editor.goto(reverse("participant-list", args=[review.pk]))
    editor.get_by_label("Name").fill("Gus Guest")
    editor.get_by_label("E-mail address").fill("gus@partner.example")
    editor.get_by_role("button", name="Make the link").click()
    link = editor.locator("code[id^=link-]").inner_text()
    return link[link.index("/guests/") :]


def test_a_guest_is_invited_joins_and_is_in_the_room(
    editor, new_page, review, ed, assert_accessible
):
    link = invite(editor, review)
    assert_accessible(editor)
    review.start(by=ed)
    guest = new_page()

    guest.goto(link)
    assert_accessible(guest)
    guest.get_by_role("button", name="Join as Gus Guest").click()

    guest.wait_for_url(f"**{reverse('room', args=[review.pk])}")
    expect(guest.locator("#room-here")).to_contain_text("Gus Guest")


def test_a_guest_whose_link_expires_loses_the_room_and_is_told(
    editor, new_page, review, ed, expected_errors
):
    expected_errors.append("status of 410")
    link = invite(editor, review)
    review.start(by=ed)
    guest = new_page()
    guest.goto(link)
    with guest.expect_response(lambda answer: "/live/reviews/" in answer.url):
        guest.get_by_role("button", name="Join as Gus Guest").click()

    Participant.objects.filter(user=None).update(expires_at=timezone.now())

    expect(guest.get_by_text("Your link is over.")).to_be_visible(timeout=GONE_MS)
    guest.reload()
    expect(guest.get_by_role("heading", level=1)).to_have_text("This link leads nowhere any more")


def test_a_guests_page_reads_well_on_a_phone(editor, new_page, review, assert_accessible):
    link = invite(editor, review)
    guest = new_page()
    guest.set_viewport_size({"width": 360, "height": 740})

    guest.goto(link)
    guest.get_by_role("button", name="Join as Gus Guest").click()

    expect(guest.get_by_role("heading", level=1)).to_have_text("Launch review")
    assert_accessible(guest)
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not guest.evaluate(wide)
