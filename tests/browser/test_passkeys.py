"""Passkeys of a device that Chromium plays: its user is always there, and is always themselves."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from audits.models import User

PASSWORD = "a long walk by the harbour"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
SIGN_IN = reverse("account_login")
PASSKEYS = reverse("mfa_index")
CLOSE = reverse("user-close")


@pytest.fixture
def ed(ed) -> User:
    ed.set_password(PASSWORD)
    ed.save()
    return ed


@pytest.fixture
def device(page):
    """Chromium's own, whose passkeys are gone with the page."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    answer = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    device = answer["authenticatorId"]

    def know(verified: bool) -> None:
        """Whether the user shows the finger that the device knows."""
        wanted = {"authenticatorId": device, "isUserVerified": verified}
        devtools.send("WebAuthn.setUserVerified", wanted)

    return know


@pytest.fixture
def at(server_url):
    """`at(path)`: there by name, since an address of figures has no passkeys."""
    named = server_url.replace("127.0.0.1", "localhost")
    return lambda path: f"{named.rstrip('/')}{path}"


def sign_in_by_password(page, at):
    page.goto(at(SIGN_IN))
    page.locator("[name=login]").fill("ed@harbour.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")


@pytest.fixture
def with_passkey(page, at, ed, device):
    """Ed is signed in, and has added a passkey."""
    sign_in_by_password(page, at)
    page.locator("#user-menu summary").click()
    page.get_by_role("link", name="Sign-in and passkeys").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Name").fill("Laptop")
    # It is there as soon as the script is.
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_passkey_is_added_and_listed(page, at, with_passkey, assert_accessible):
    assert_accessible(page)
    page.get_by_role("link", name="Back to your passkeys").click()

    expect(page.get_by_role("listitem").filter(has_text="Laptop")).to_contain_text("not used yet")
    assert_accessible(page)


def test_passkey_signs_in_and_leads_back(page, at, with_passkey, assert_accessible):
    page.context.clear_cookies()
    page.goto(at("/teams/new/"))
    assert_accessible(page)

    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page).to_have_url(at("/teams/new/"))


def test_password_is_followed_by_the_passkey(page, at, with_passkey, assert_accessible):
    page.context.clear_cookies()
    sign_in_by_password(page, at)
    expect(page.get_by_role("heading", name="Now your passkey")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("button", name="Use a passkey").click()

    expect(page).to_have_url(at("/"))


def test_passkey_proves_in_place_of_the_password(page, at, ed, with_passkey, assert_accessible):
    page.goto(at(CLOSE))
    assert_accessible(page)

    page.get_by_role("button", name="Use a passkey instead").click()

    expect(page.get_by_text("Your account is closed.")).to_be_visible()
    ed.refresh_from_db()
    assert not ed.is_active


def test_finger_that_the_device_does_not_know_proves_nothing(page, at, ed, with_passkey, device):
    page.goto(at(CLOSE))
    device(verified=False)

    page.get_by_role("button", name="Use a passkey instead").click()

    expect(page.get_by_text("No passkey was used.")).to_be_visible()
    expect(page.get_by_label("Your password")).to_be_enabled()
    ed.refresh_from_db()
    assert ed.is_active


def test_password_proves_beside_a_passkey(page, at, ed, with_passkey):
    page.goto(at(CLOSE))

    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.get_by_text("Your account is closed.")).to_be_visible()


def test_where_there_are_no_passkeys_none_are_offered(page, ed, sign_in):
    sign_in(page, ed)
    page.goto(PASSKEYS)

    expect(page.get_by_text("Passkeys need")).to_be_visible()
    expect(page.get_by_role("link", name="Add a passkey")).to_be_hidden()


@pytest.mark.parametrize("name", ["Rename", "Remove"])
def test_pages_of_a_passkey_are_accessible_and_fit_a_phone(
    page, at, with_passkey, assert_accessible, name
):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(at(PASSKEYS))
    page.get_by_role("link", name=re.compile(name)).click()

    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
