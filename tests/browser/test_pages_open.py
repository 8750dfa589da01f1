"""What holds of every page; the journeys have files of their own."""

from playwright.sync_api import expect


def test_sign_in_page_is_accessible(page, assert_accessible):
    page.goto("/account/login/")
    assert_accessible(page)


def test_stranger_is_led_to_the_sign_in_and_back(page):
    page.goto("/checklists/")
    expect(page).to_have_url("/account/login/?next=/checklists/")
