"""Three browsers in the room of one review."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from audits.models import Answer
from audits.models.decisions import Decision
from audits.models.leading import show
from tests.audits.reviewing import add_point, planned
from tests.browser.looking import MOMENT_MS
from tests.browser.rooms import sees


def test_others_follow_break_away_and_come_back(enter, alice, ed, vic, points):
    lead, editor, viewer = enter(alice), enter(ed), enter(vic)

    lead.keyboard.press("PageDown")
    for page in (lead, editor, viewer):
        sees(page, "1 of 3")
        expect(page.locator("#room-point-title")).to_contain_text(points[0].title)
    editor.locator(f"#room-go-{points[2].pk}").click()
    sees(editor, "Alice Berg is at 1 of 3")
    expect(editor).to_have_url(re.compile(rf"\?point={points[2].pk}$"))

    lead.locator("#room-next").click()
    sees(viewer, "2 of 3")
    sees(editor, "Alice Berg is at 2 of 3")
    expect(editor.locator("#room-point-title")).to_contain_text(points[2].title)

    editor.keyboard.press("f")
    sees(editor, "You follow Alice Berg. 2 of 3")
    expect(editor.locator("#room-point-title")).to_contain_text(points[1].title)
    expect(viewer.locator("#room-here summary")).to_contain_text("3 here")


def test_every_press_of_a_remote_counts_and_the_agenda_goes_along(enter, alice, ed, points):
    lead, editor = enter(alice), enter(ed)

    for _ in range(3):
        lead.keyboard.press("PageDown")
    for page in (lead, editor):
        sees(page, "3 of 3")
    lead.keyboard.press("PageUp")
    lead.keyboard.press("PageUp")

    sees(editor, "1 of 3")
    expect(lead.locator(f"#room-go-{points[0].pk}")).to_be_in_viewport()


def test_whoever_writes_is_not_led_away_and_loses_nothing(enter, alice, ed, points):
    lead, editor = enter(alice), enter(ed)
    lead.locator("#room-next").click()
    sees(editor, "1 of 3")
    editor.get_by_role("radio", name="Defer").check(force=True)
    reason = editor.locator(f"#room-reason-{points[0].pk}")
    reason.fill("The load test is on Mo")

    lead.locator("#room-next").click()

    sees(editor, "Alice Berg is at 2 of 3")
    expect(reason).to_be_focused()
    editor.keyboard.type("nday")
    editor.locator(f"#room-decide-save-{points[0].pk}").click()
    expect(editor.locator(".room-verdict")).to_contain_text("The load test is on Monday")
    expect(lead.locator(f"#room-go-{points[0].pk}")).to_contain_text("Defer", timeout=MOMENT_MS)
    editor.locator("#room-come-back").click()
    sees(editor, "You follow Alice Berg")


def test_two_who_decide_one_point_at_once_see_both_versions(
    enter, alice, ed, points, expected_errors
):
    expected_errors.append("status of 409")
    lead, editor = enter(alice), enter(ed)
    lead.locator("#room-next").click()
    sees(editor, "1 of 3")
    editor.get_by_role("radio", name="Not applicable").check(force=True)
    editor.locator(f"#room-reason-{points[0].pk}").fill("It runs at night.")
    lead.get_by_role("radio", name="Done").check(force=True)
    lead.locator(f"#room-decide-save-{points[0].pk}").click()
    expect(editor.locator(".room-verdict")).to_contain_text("Done", timeout=MOMENT_MS)

    editor.locator(f"#room-decide-save-{points[0].pk}").click()

    expect(editor.locator(".versions")).to_contain_text("Alice Berg changed this point")
    expect(editor.locator(".versions")).to_be_focused()
    expect(editor.locator(f"#room-reason-{points[0].pk}")).to_have_value("It runs at night.")
    assert Answer.objects.get(pk=points[0].answer_id).state == "done"
    editor.locator(f"#room-decide-save-{points[0].pk}").click()
    expect(lead.locator(".room-verdict")).to_contain_text("Not applicable", timeout=MOMENT_MS)


def test_another_decision_asks_for_a_reason_of_its_own(enter, alice, review, points):
    Decision("done", alice, "Seen.").on(points[0])
    show(review, points[0].pk, by=alice)
    page = enter(alice)
    reason = page.locator(f"#room-reason-{points[0].pk}")
    expect(reason).to_have_value("Seen.")

    page.get_by_role("radio", name="Defer").check(force=True)
    expect(reason).to_have_value("")
    page.get_by_role("radio", name="Done").check(force=True)

    expect(reason).to_have_value("Seen.")


def test_lead_is_handed_over_and_all_are_told(enter, alice, ed, vic):
    lead, editor, viewer = enter(alice), enter(ed), enter(vic)
    expect(lead.locator("#room-here summary")).to_contain_text("3 here", timeout=MOMENT_MS)

    lead.locator("#room-give summary").click()
    lead.locator("#room-give").get_by_role("button", name="Ed Fox").click()

    # First, since they leave by themselves.
    expect(viewer.locator("#messages")).to_contain_text("Ed Fox leads now.", timeout=MOMENT_MS)
    expect(editor.locator("#messages")).to_contain_text("You lead now.", timeout=MOMENT_MS)
    sees(lead, "You follow Ed Fox")
    editor.keyboard.press("ArrowRight")
    sees(viewer, "You follow Ed Fox. 1 of 3")


def test_facilitator_who_vanishes_is_replaced(enter, alice, ed, vic):
    lead, editor, viewer = enter(alice), enter(ed), enter(vic)
    expect(editor.locator("#room-take-button")).to_be_hidden()

    lead.context.close()

    expect(editor.locator("#room-take-button")).to_be_visible(timeout=MOMENT_MS)
    expect(viewer.locator("#room-lead")).to_contain_text("is not here")
    expect(viewer.locator("#room-take-button")).to_be_hidden()
    editor.locator("#room-take-button").click()
    sees(viewer, "You follow Ed Fox")
    editor.locator("#room-next").click()
    sees(viewer, "1 of 3")


def test_server_that_is_killed_in_mid_meeting_comes_back_to_the_same_point(
    enter, killable, alice, ed, points, expected_errors
):
    expected_errors += ["ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_INCOMPLETE_CHUNKED"]
    lead, editor = (enter(user, base_url=killable.url) for user in (alice, ed))
    lead.locator("#room-next").click()
    sees(editor, "1 of 3")
    sees(lead, "1 of 3")
    editor.get_by_role("radio", name="Defer").check(force=True)
    reason = editor.locator(f"#room-reason-{points[0].pk}")
    reason.fill("Half a thou")

    killable.kill()
    expect(editor.locator("#live-status")).to_contain_text("Not connected", timeout=MOMENT_MS)
    killable.start()

    expect(editor.locator("#live-status")).to_be_empty(timeout=MOMENT_MS)
    expect(reason).to_have_value("Half a thou")
    points[0].answer.record("done", by=alice)
    for page in (editor, lead):
        expect(page.locator(".room-claim")).to_contain_text("Done", timeout=MOMENT_MS)
    lead.get_by_role("radio", name="Done").check(force=True)
    lead.locator(f"#room-decide-save-{points[0].pk}").click()
    expect(editor.locator(".room-verdict")).to_contain_text("Done", timeout=MOMENT_MS)


def test_whoever_waits_is_let_in_when_it_begins(new_page, sign_in, audit, alice, vic):
    review = planned(audit, alice)
    add_point(review, audit.answers.first())
    page = new_page()
    sign_in(page, vic)
    with page.expect_response(lambda answer: "/live/reviews/" in answer.url):
        page.goto(reverse("room", args=[review.pk]))
    expect(page.locator("#room-stage")).to_contain_text("Not begun")

    review.start(by=alice)

    expect(page.locator("#room-stage")).to_contain_text("1 point to talk about", timeout=MOMENT_MS)


@pytest.mark.parametrize("width", [1920, 360])
def test_room_is_accessible_and_fits(enter, alice, review, points, assert_accessible, width):
    page = enter(alice)
    page.set_viewport_size({"width": width, "height": 1080 if width > 360 else 740})
    assert_accessible(page)
    entry = page.locator(f"#room-go-{points[2].pk}")
    expect(entry).to_be_visible()
    page.locator("#room-next").click()
    sees(page, "1 of 3")
    # On a phone the point stands first.
    expect(entry).to_be_visible(visible=width > 360)
    page.get_by_role("radio", name="Accept the risk").check(force=True)
    assert_accessible(page)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_clock_turns_with_word_and_icon_by_the_servers_time(enter, alice, review):
    page = enter(alice)
    review.point = review.points.first()
    review.point_since = timezone.now() - dt.timedelta(seconds=275)

    review.touch("point", "point_since")

    clock = page.locator("#room-clock-point")
    expect(clock).to_have_attribute("data-tone", "nearly")
    expect(clock).to_contain_text("nearly over")
    expect(clock).to_have_attribute("data-tone", "over", timeout=2 * MOMENT_MS)
    expect(clock.locator("[data-clock=over]")).to_be_visible()
    page.keyboard.press("t")
    expect(clock).to_be_hidden()
