"""An edit of a proposed audit is asked about once, and says what it did."""

import re

import pytest
from playwright.sync_api import expect

from audits.models import Answer, Round
from tests.audits.helpers import propose, sign
from tests.audits.views.decided import ask_for
from tests.browser.held import Held
from tests.browser.test_evidence import drag


@pytest.fixture
def proposed(settled_audit, ed, alice, noor):
    """Proposed by Ed; Noor signed in one of two roles."""
    ask_for(settled_audit.project.team, "Engineering", "Security", by=alice)
    row = propose(settled_audit, by=ed)
    sign(row, by=noor, role="Security")
    return row


@pytest.fixture
def opened(page, sign_in, ed, proposed):
    """The page of the audit, as Ed sees it."""
    sign_in(page, ed)
    page.goto(proposed.audit.get_absolute_url())
    return page


def is_the_page_again(response, page):
    """What follows what others change: asked for by a script."""
    return response.url == page.url and response.request.resource_type == "fetch"


def tick(page, answer):
    page.locator(f"#row-{answer.pk} .tick-button").click()


def test_nothing_is_changed_by_who_leaves_it_as_it_is(opened, proposed, answer):
    tick(opened, answer)
    dialog = opened.get_by_role("dialog", name="Change what is proposed?")
    expect(dialog).to_contain_text("1 signature will no longer count.")
    dialog.get_by_role("button", name="Leave it as it is").click()
    expect(dialog).to_be_hidden()
    assert Answer.objects.get(pk=answer.pk).state == "done"
    assert Round.objects.get().state == "proposed"


def test_who_changes_it_sees_the_audit_open_again(opened, proposed, answer):
    tick(opened, answer)
    opened.get_by_role("button", name="Change it").click()
    expect(opened.locator(f"#row-{answer.pk}")).to_have_attribute("data-state", "open")
    expect(opened.locator("#proposal")).to_contain_text("The audit is open again.")
    expect(opened.locator("#audit-state")).to_contain_text("Open, revision 1")
    expect(opened.get_by_role("link", name="Propose…")).to_be_visible()
    tick(opened, answer)
    expect(opened.locator(f"#row-{answer.pk}")).to_have_attribute("data-state", "done")


def test_the_banner_stays_when_the_page_follows(opened, answer):
    with opened.expect_response(lambda got: is_the_page_again(got, opened)):
        tick(opened, answer)
        opened.get_by_role("button", name="Change it").click()
    banner = opened.locator("#proposal[data-kind=warning]")
    expect(opened.get_by_role("link", name="Propose…")).to_be_visible()
    expect(banner).to_contain_text("1 signature no longer counts.")
    opened.wait_for_timeout(500)
    expect(banner).to_be_visible()


def test_the_banner_comes_when_the_page_followed_first(opened, answer):
    held = Held(opened, "/state/", "POST")
    with opened.expect_response(lambda got: is_the_page_again(got, opened)):
        tick(opened, answer)
        opened.get_by_role("button", name="Change it").click()
    banner = opened.locator("#proposal[data-kind=warning]")
    expect(banner).to_contain_text("1 signature no longer counts.")
    held.release()
    expect(opened.locator("#messages")).to_contain_text("is outdated by this change")
    expect(banner).to_have_count(1)


def test_looking_is_not_asked_about(opened, answer):
    opened.locator(f"#row-{answer.pk}-open").click()
    expect(opened.locator(f"#row-{answer.pk}-panel")).to_be_visible()


def test_file_that_is_dropped_is_asked_about_too(opened, answer):
    opened.locator(f"#row-{answer.pk}-open").click()
    row = opened.locator(f"#row-{answer.pk}")
    expect(row.locator(".row-panel")).to_be_visible()
    pieces = answer.evidence.count()
    drag(row, "drop", ["a.txt"])
    opened.get_by_role("button", name="Leave it as it is").click()
    assert (answer.evidence.count(), Round.objects.get().state) == (pieces, "proposed")
    drag(row, "drop", ["a.txt"])
    opened.get_by_role("button", name="Change it").click()
    expect(opened.locator("#proposal")).to_contain_text("The audit is open again.")
    assert answer.evidence.count() == pieces + 1


def test_difference_is_one_click_away(opened, answer):
    tick(opened, answer)
    opened.get_by_role("button", name="Change it").click()
    opened.locator("#proposal").get_by_role("link", name="See the difference").click()
    expect(opened).to_have_url(re.compile("differences"))
    expect(opened.get_by_text("Item 1")).to_be_visible()
