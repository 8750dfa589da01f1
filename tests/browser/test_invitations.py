"""Inviting and joining, by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from audits.models import Invitation

NEW = "new@harbour.example"
PASSWORD = "a long walk by the harbour"


def tab_to(page, target, most=60):
    """Press Tab until the target has the focus, as somebody without a mouse would."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{target} is out of reach of the keyboard")


def make_link(page, harbour) -> str:
    page.goto(harbour.get_absolute_url())
    tab_to(page, page.get_by_role("link", name="Invite people"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("E-mail addresses"))
    page.keyboard.type(NEW)
    tab_to(page, page.get_by_label("Role", exact=True))
    page.keyboard.type("Vie")
    tab_to(page, page.get_by_role("button", name="Make the links"))
    page.keyboard.press("Enter")
    return page.locator("code[id^=link-]").inner_text()


def test_owner_invites_and_somebody_new_joins_by_keyboard(
    page, sign_in, alice, harbour, assert_accessible
):
    sign_in(page, alice)
    link = make_link(page, harbour)
    assert_accessible(page)
    page.context.clear_cookies()

    page.goto(link)
    expect(page).to_have_url(re.compile(f"/invitations/{Invitation.objects.get().pk}/$"))
    assert_accessible(page)
    tab_to(page, page.get_by_label("Name", exact=True))
    page.keyboard.type("New Person")
    for label in ("Password", "Password (again)"):
        tab_to(page, page.get_by_label(label, exact=True))
        page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Sign in as {NEW} to go on")).to_be_visible()
    tab_to(page, page.locator("[name=login]"))
    page.keyboard.type(NEW)
    tab_to(page, page.locator("[name=password]"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Accept"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Welcome to Harbour: you are viewer now.")).to_be_visible()
    assert harbour.members.get(email=NEW).name == "New Person"


def test_link_is_copied(page, sign_in, alice, harbour):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, alice)
    link = make_link(page, harbour)

    page.get_by_role("button", name=f"Copy the link of {NEW}").click()

    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link


def test_somebody_else_changes_the_account(
    page, sign_in, alice, mallory, harbour, assert_accessible
):
    sign_in(page, alice)
    link = make_link(page, harbour)
    page.context.clear_cookies()
    sign_in(page, mallory)

    page.goto(link)
    assert_accessible(page)
    page.get_by_role("button", name="Change account").click()

    expect(page.get_by_role("link", name=f"Sign in as {NEW}")).to_be_visible()


def test_two_who_change_the_settings_see_both_versions(
    page, sign_in, alice, harbour, expected_errors, assert_accessible
):
    expected_errors.append("status of 409")
    sign_in(page, alice)
    page.goto(f"{harbour.get_absolute_url()}settings/")
    days = {"link_days": 90, "file_days": None, "note_days": None, "run_days": None}
    harbour.change_settings(by=alice, name="Harbour", **days)
    page.get_by_label("Links").fill("30")
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".versions")).to_be_focused()
    expect(page.locator(".versions [data-differs]")).to_contain_text("stale after 90 days")
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings are saved.")).to_be_visible()
    harbour.refresh_from_db()
    assert harbour.link_days == 30
