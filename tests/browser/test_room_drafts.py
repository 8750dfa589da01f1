"""What was typed in a room and not sent, or sent and refused, while everybody goes on."""

from playwright.sync_api import expect

from audits.models.decisions import Decision
from audits.models.leading import show
from tests.browser.held import Held
from tests.browser.rooms import sees


def test_poll_that_was_opened_leaves_no_form_behind(enter, review, alice, points):
    """Though the room shows the poll before the form's own answer comes."""
    show(review, points[0].pk, by=alice)
    lead = enter(alice)
    opened = Held(lead, "/polls/", "POST")
    lead.get_by_text("Ask everybody").click()
    lead.get_by_label("Go, No-go").check()
    lead.get_by_role("button", name="Open the poll").click()
    opened.wait()
    expect(lead.locator(".poll[data-state=open]")).to_be_visible()
    Decision("done", alice, "Seen.").on(points[2])
    expect(lead.locator(f"#room-go-{points[2].pk}")).to_contain_text("Done")

    opened.release()

    expect(lead.get_by_role("button", name="Open the poll")).to_have_count(0)


def test_what_was_refused_once_and_then_saved_holds_nobody_back(
    enter, review, alice, ed, points, expected_errors
):
    expected_errors.append("status of 422")
    show(review, points[0].pk, by=alice)
    editor = enter(ed)
    editor.locator(f"#action-new-{points[0].pk} summary").click()
    editor.get_by_label("What is to be done").fill("Raise the limits")
    editor.locator(f"#action-{points[0].pk}-owner").select_option("Ed Fox")
    due = editor.locator(f"#action-{points[0].pk}-due")
    due.fill("2020-01-01")
    editor.get_by_role("button", name="Add", exact=True).click()
    expect(due).to_have_attribute("aria-invalid", "true")

    due.fill("2040-01-01")
    editor.get_by_role("button", name="Add", exact=True).click()
    expect(editor.locator(".talk-action")).to_contain_text("Raise the limits")

    expect(editor.locator(".field-error")).to_have_count(0)
    show(review, points[1].pk, by=alice)
    sees(editor, "You follow Alice Berg. 2 of 3")


def test_text_on_a_point_that_is_taken_off_stays_while_the_room_goes_on(
    away, review, alice, points
):
    reason = away.locator(f"#room-reason-{points[0].pk}")
    away.get_by_role("radio", name="Defer").check(force=True)
    reason.fill("Half a thought")
    asked: list = []
    away.on("request", lambda request: "point=" in request.url and asked.append(request.url))

    points[0].take_off(by=alice)

    expect(away.locator("#messages")).to_contain_text("This point was taken off the agenda.")
    expect(away.locator("#room-rail [data-room-go]")).to_have_count(3)
    expect(reason).to_have_value("Half a thought")
    Decision("done", alice, "Seen.").on(points[2])
    expect(away.locator(f"#room-go-{points[2].pk}")).to_contain_text("Done")
    count = len(asked)
    away.wait_for_timeout(1500)
    assert len(asked) - count <= 2, "it is asked for again and again"
    away.locator("#room-come-back").click()
    sees(away, "You follow Alice Berg. 1 of 2")


def test_going_back_in_the_browser_finds_the_text_again(away, points):
    reason = away.locator(f"#room-reason-{points[0].pk}")
    away.get_by_role("radio", name="Done").check(force=True)
    away.locator(f"#room-decide-save-{points[0].pk}").click()
    expect(away.locator(".room-verdict")).to_contain_text("Done")
    reason.fill("Half a thought")
    away.locator(f"#room-go-{points[2].pk}").click()
    expect(away.locator("#room-point-title")).to_contain_text(points[2].title)

    away.go_back()

    expect(reason).to_have_value("Half a thought")


def test_leaving_the_room_with_a_text_that_was_put_away_is_asked_about(away, points):
    away.get_by_role("radio", name="Defer").check(force=True)
    away.locator(f"#room-reason-{points[0].pk}").press_sequentially("Half a thought")
    away.locator("#room-come-back").click()
    sees(away, "You follow Alice Berg. 2 of 3")

    asked: list = []
    away.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    away.goto("about:blank")

    assert asked == ["beforeunload"]


def test_lead_with_a_half_written_form_goes_on_with_everybody(enter, review, alice, points):
    """Though the room shows the step before its own answer comes."""
    show(review, points[0].pk, by=alice)
    lead = enter(alice)
    lead.get_by_role("radio", name="Defer").check(force=True)
    lead.locator(f"#room-reason-{points[0].pk}").fill("Half a thought")
    step = Held(lead, "/show/", "POST")
    lead.locator("#room-next").click()
    step.wait()
    expect(lead.locator(f"#room-go-{points[1].pk}")).to_have_count(1)
    lead.wait_for_timeout(1000)  # for what the room tells of it

    step.release()

    sees(lead, "You lead. 2 of 3")
    expect(lead.locator("#room-point-title")).to_contain_text(points[1].title)
    expect(lead.locator("#messages")).not_to_contain_text("You stay here")
    lead.locator("#room-next").click()
    sees(lead, "3 of 3")
    lead.locator("#room-previous").click()
    sees(lead, "2 of 3")
    lead.locator("#room-previous").click()
    expect(lead.locator(f"#room-reason-{points[0].pk}")).to_have_value("Half a thought")


def test_refusal_that_comes_late_takes_nobody_out_of_another_text(
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
    other = away.locator(f"#room-reason-{points[1].pk}")
    away.get_by_role("radio", name="Not applicable").check(force=True)
    other.fill("It runs at")

    refused.release()

    expect(away.locator("#alerts")).to_contain_text("was not taken. Go back to it")
    expect(other).to_be_focused()
    away.keyboard.type(" night.")
    expect(other).to_have_value("It runs at night.")
    away.locator(f"#room-go-{points[0].pk}").click()
    expect(away.locator(".versions")).to_contain_text("Alice Berg changed this point")
    reason = away.locator(f"#room-reason-{points[0].pk}")
    expect(reason).to_have_value("Not before the load test.")


def test_text_that_nobody_can_come_back_to_holds_no_tab_open(away, review, alice, points):
    away.get_by_role("radio", name="Defer").check(force=True)
    away.locator(f"#room-reason-{points[0].pk}").press_sequentially("Half a thought")
    away.locator("#room-come-back").click()
    sees(away, "You follow Alice Berg. 2 of 3")
    points[0].take_off(by=alice)
    sees(away, "You follow Alice Berg. 1 of 2")
    asked: list = []
    away.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    away.reload()

    assert asked == []
