"""Somebody goes elsewhere in a room while an answer is still under way."""

import itertools
import re

from playwright.sync_api import expect

from audits.models.decisions import Decision
from audits.models.leading import show
from tests.browser.conftest import wait_for
from tests.browser.held import Held
from tests.browser.rooms import sees


def test_page_from_before_somebody_came_back_leads_nobody_away_again(away, alice, points):
    old = Held(away, rf"point={points[0].pk}$")
    Decision("done", alice, "Seen.").on(points[2])
    old.wait()
    away.locator("#room-come-back").click()
    sees(away, "You follow Alice Berg. 2 of 3")

    old.release()
    away.wait_for_timeout(200)

    sees(away, "You follow Alice Berg. 2 of 3")
    expect(away.locator("#room-point-title")).to_contain_text(points[1].title)


def test_of_two_ways_the_last_one_is_gone(away, points):
    old = Held(away, rf"point={points[2].pk}$")
    away.locator(f"#room-go-{points[2].pk}").click()
    old.wait()
    away.locator("#room-come-back").click()
    sees(away, "You follow Alice Berg. 2 of 3")

    old.release()
    away.wait_for_timeout(200)

    sees(away, "You follow Alice Berg. 2 of 3")
    expect(away).to_have_url(re.compile(r"/room/$"))


def test_decision_that_is_saved_late_leads_nobody_back(away, points):
    saved = Held(away, "/decide/", "POST")
    away.get_by_role("radio", name="Defer").check(force=True)
    away.locator(f"#room-reason-{points[0].pk}").fill("Later.")
    away.locator(f"#room-decide-save-{points[0].pk}").click()
    saved.wait()
    away.locator("#room-come-back").click()
    sees(away, "You follow Alice Berg. 2 of 3")

    saved.release()

    expect(away.locator(f"#room-go-{points[0].pk}")).to_contain_text("Defer")
    sees(away, "You follow Alice Berg. 2 of 3")
    away.locator(f"#room-go-{points[0].pk}").click()
    expect(away.locator(".room-verdict")).to_contain_text("Later.")
    assert away.evaluate("document.querySelector('[name=reason]').defaultValue") == "Later."


def test_refusal_that_comes_late_leads_back_to_what_was_refused(
    away, alice, points, expected_errors
):
    expected_errors.append("status of 409")
    refused = Held(away, "/decide/", "POST")
    away.get_by_role("radio", name="Defer").check(force=True)
    Decision("done", alice, "Seen.").on(points[0])
    expect(away.locator(".room-verdict")).to_contain_text("Done")
    away.locator(f"#room-reason-{points[0].pk}").fill("Not before the load test.")
    away.locator(f"#room-decide-save-{points[0].pk}").click()
    refused.wait()
    away.locator("#room-come-back").click()
    sees(away, "You follow Alice Berg. 2 of 3")

    refused.release()

    expect(away.locator(".versions")).to_be_focused()
    reason = away.locator(f"#room-reason-{points[0].pk}")
    expect(reason).to_have_value("Not before the load test.")
    sees(away, "Alice Berg is at 2 of 3")
    expect(away).to_have_url(re.compile(rf"point={points[0].pk}$"))


def test_busy_room_is_shown_to_whoever_is_elsewhere_too(away, alice, points):
    """However fast one thing follows the other."""
    asked: list = []
    away.on("request", lambda request: asked.append(request))
    shown = itertools.cycle(points[1:])

    def goes_on():
        show(points[0].review, next(shown).pk, by=alice)
        away.wait_for_timeout(50)
        return any(request.url.endswith(f"point={points[0].pk}") for request in asked)

    wait_for(goes_on)


def test_late_answer_of_a_step_leaves_the_leads_buttons_as_they_are(
    enter, review, alice, ed, points
):
    show(review, points[0].pk, by=alice)
    lead = enter(alice)
    step = Held(lead, "/show/", "POST")
    lead.locator("#room-next").focus()
    lead.keyboard.press("Enter")
    step.wait()
    sees(lead, "2 of 3")
    Decision("done", ed, "Seen.").on(points[2])
    expect(lead.locator(f"#room-go-{points[2].pk}")).to_contain_text("Done")

    step.release()
    lead.wait_for_timeout(200)

    expect(lead.locator("#room-next")).to_be_focused()
    expect(lead.locator("#room-next")).to_contain_text("Next")
    lead.keyboard.press("Enter")
    sees(lead, "3 of 3")


def test_look_that_fails_once_is_tried_again(away, alice, points, expected_errors):
    expected_errors.append("status of 503")
    pattern = re.compile(rf"point={points[0].pk}$")
    away.route(pattern, lambda route: route.fulfill(status=503), times=1)

    Decision("done", alice, "Seen.").on(points[2])

    expect(away.locator(f"#room-go-{points[2].pk}")).to_contain_text("Done")
