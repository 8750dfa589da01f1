"""The line on which others' changes come: it breaks and heals, or says why it does not."""

from urllib.parse import quote

from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import expect

from tests.browser.looking import MOMENT_MS, row


def test_line_that_broke_heals_and_brings_what_was_missed(
    look, alice, ed, audit, answer, expected_errors
):
    expected_errors += ["ERR_INTERNET_DISCONNECTED", "ERR_NETWORK"]
    page = look(ed, audit.get_absolute_url())
    status = page.locator("#live-status")
    page.context.set_offline(True)
    expect(status).to_contain_text("Not connected: changes by others do not show.")
    answer.record("done", by=alice)
    assert row(page, answer).get_attribute("data-state") == "open"

    page.context.set_offline(False)

    expect(row(page, answer)).to_have_attribute("data-state", "done", timeout=MOMENT_MS)
    expect(status).to_be_empty()
    expect(row(page, answer).locator(".row-mark")).to_contain_text("Alice Berg")


def test_server_that_is_killed_and_comes_back_is_waited_for(
    look, killable, alice, ed, audit, answer, expected_errors
):
    expected_errors += ["ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_INCOMPLETE_CHUNKED"]
    page = look(ed, audit.get_absolute_url(), base_url=killable.url)
    second = audit.answers.get(position=2)
    killable.kill()
    answer.record("done", by=alice)
    expect(page.locator("#live-status")).to_contain_text("Not connected")

    killable.start()
    second.record("done", by=alice)

    for each in (answer, second):
        expect(row(page, each)).to_have_attribute("data-state", "done")
    expect(page.locator("#live-status")).to_be_empty()


def test_laptop_that_slept_and_a_tab_that_was_hidden_catch_up(new_page, sign_in, alice, ed, audit):
    page, (first, second) = new_page(), audit.answers.order_by("position")[:2]
    sign_in(page, ed)
    page.clock.install()
    page.goto(audit.get_absolute_url())
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => window.away === true})")
    turn = "document.dispatchEvent(new Event('visibilitychange'))"
    with page.expect_response("**/live/**"):
        page.clock.fast_forward(60_000)
        page.clock.run_for(2_000)

    page.evaluate(f"window.away = true; {turn}")
    page.clock.run_for(11_000)
    first.record("done", by=alice)
    second.record("done", by=alice)
    assert row(page, first).get_attribute("data-state") == "open"
    page.evaluate(f"window.away = false; {turn}")
    page.clock.run_for(1_000)

    for each in (first, second):
        expect(row(page, each)).to_have_attribute("data-state", "done")


def test_hidden_tab_opens_no_line_when_the_network_is_back(new_page, sign_in, ed, audit):
    page = new_page()
    sign_in(page, ed)
    with page.expect_response("**/live/**"):
        page.goto(audit.get_absolute_url())
    opened = []
    page.on("request", lambda request: "/live/" in request.url and opened.append(request.url))
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => window.away === true})")

    page.evaluate("window.away = true; dispatchEvent(new Event('online'))")
    page.wait_for_timeout(500)
    while_hidden = list(opened)
    with page.expect_request("**/live/**"):
        page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")

    assert while_hidden == []


def test_session_that_ends_and_a_membership_are_said_and_nothing_more_comes(
    look, alice, ed, vic, harbour, audit, answer, expected_errors
):
    expected_errors += ["status of 401", "status of 404"]
    signed_out, removed = (look(user, audit.get_absolute_url()) for user in (ed, vic))
    [session] = [each for each in signed_out.context.cookies() if each["name"] == "sessionid"]
    SessionStore(session["value"]).delete()
    harbour.memberships.get(user=vic).end(by=alice)
    answer.record("done", by=alice)

    expect(signed_out.locator("#live-status")).to_contain_text("You were signed out.")
    way = signed_out.get_by_role("link", name="Sign in to go on")
    expect(way).to_have_attribute(
        "href", f"/account/login/?next={quote(audit.get_absolute_url(), '')}"
    )
    expect(removed.locator("#live-status")).to_contain_text("You may no longer see this audit.")
    expect(removed.locator("html")).to_have_attribute("data-past", "")
    for page in (signed_out, removed):
        assert row(page, answer).get_attribute("data-state") == "open"
