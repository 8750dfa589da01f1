"""Several browsers in one room: notes, polls and action items."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from audits.models import AgendaPoint, Poll
from tests.audits.reviewing import running, seat
from tests.browser.conftest import wait_for


@pytest.fixture
def point(audit, alice) -> AgendaPoint:
    point = running(audit, alice).points.first()
    point.review.point = point
    point.review.touch("point")
    return point


@pytest.fixture
def enter(new_page, sign_in, point):
    """`enter(ed)`: Ed's browser in the room."""

    def _enter(user, **where):
        page = new_page(**where)
        sign_in(page, user)
        page.goto(reverse("room", args=[point.review_id]))
        expect(page.locator(":root[data-notes]")).to_have_count(1)
        return page

    return _enter


def note(page):
    return page.locator(".note textarea")


def stored(point: AgendaPoint) -> str:
    return AgendaPoint.objects.get(pk=point.pk).note


def saved(page):
    expect(page.locator(".note-status")).to_have_text("Saved.")


def test_two_who_write_one_note_at_once_both_keep_their_text_and_their_caret(
    enter, alice, ed, point
):
    ada, bo = enter(alice), enter(ed)
    note(ada).press_sequentially("Limits: ")
    expect(note(bo)).to_have_value("Limits: ")

    note(bo).press("Home")
    for left, right in zip("raise them", "# Keys\n\n##", strict=True):
        note(ada).press_sequentially(left)
        note(bo).press_sequentially(right)

    whole = "# Keys\n\n##Limits: raise them"
    expect(note(ada)).to_have_value(whole)
    expect(note(bo)).to_have_value(whole)
    expect(ada.locator(".note-shown")).to_contain_text("Keys")
    assert note(bo).evaluate("area => area.selectionEnd") == len("# Keys\n\n##")
    saved(ada)
    saved(bo)
    assert stored(point) == whole


def test_nobody_is_told_that_they_write_themselves(enter, alice, ed):
    ada, bo = enter(alice), enter(ed)
    ada.locator(".note-writers").evaluate(
        """line => { window.told = []; new MutationObserver(() => told.push(line.textContent))
                     .observe(line, {childList: true}) }"""
    )

    note(ada).press_sequentially("Limits")
    saved(ada)
    expect(ada.locator(".note-shown")).to_have_text("Limits")
    note(bo).press_sequentially("# ")
    wait_for(lambda: ada.evaluate("told.includes('Ed Fox is writing')"))

    assert set(ada.evaluate("told")) <= {"", "Ed Fox is writing"}


def test_undo_takes_back_ones_own_words_alone(enter, alice, ed):
    ada, bo = enter(alice), enter(ed)
    note(ada).focus()
    # At once: after a pause it would be two changes.
    ada.keyboard.insert_text("mine ")
    expect(note(bo)).to_have_value("mine ")
    note(bo).press("End")
    note(bo).press_sequentially("theirs")
    expect(note(ada)).to_have_value("mine theirs")

    note(ada).press("Control+z")

    expect(note(ada)).to_have_value("theirs")
    expect(note(bo)).to_have_value("theirs")
    note(ada).press("Control+Shift+z")
    expect(note(bo)).to_have_value("mine theirs")


def test_what_could_not_be_sent_survives_a_reload(enter, alice, point, expected_errors):
    expected_errors.append("net::ERR_FAILED")
    ada = enter(alice)
    ada.route("**/note/merge/", lambda route: route.abort())
    note(ada).press_sequentially("Not sent yet 😀")
    expect(ada.locator(".note-status")).to_contain_text("cannot be reached")
    assert stored(point) == ""

    ada.reload()
    expect(note(ada)).to_have_value("Not sent yet 😀")
    ada.unroute("**/note/merge/")

    saved(ada)
    assert stored(point) == "Not sent yet 😀"
    assert ada.evaluate("Object.keys(localStorage).filter(key => key.startsWith('note:'))") == []


def test_text_of_an_input_method_waits_for_its_end(enter, alice, ed, point):
    ada, bo = enter(alice), enter(ed)
    device = ada.context.new_cdp_session(ada)
    note(ada).focus()
    device.send("Input.imeSetComposition", {"text": "に", "selectionStart": 1, "selectionEnd": 1})
    note(bo).press_sequentially("Meanwhile. ")
    saved(bo)
    device.send(
        "Input.imeSetComposition", {"text": "日本", "selectionStart": 2, "selectionEnd": 2}
    )

    device.send("Input.insertText", {"text": "日本"})

    # Both wrote at the same place, so that either may stand first.
    expect(note(bo)).to_have_value(re.compile("日本"))
    saved(ada)
    assert note(ada).input_value() == note(bo).input_value() == stored(point)
    assert sorted(stored(point)) == sorted("日本Meanwhile. ")


def test_poll_shows_names_in_the_other_browser_and_ones_own_choice(enter, alice, ed, point):
    lead, other = enter(alice), enter(ed)
    lead.get_by_text("Ask everybody").click()
    lead.get_by_label("Go, No-go").check()
    lead.get_by_role("button", name="Open the poll").click()
    vote = other.get_by_role("button", name="No-go")
    vote.click()

    expect(lead.locator(".poll-names", has_text="Ed Fox")).to_be_visible()
    expect(vote).to_have_attribute("aria-pressed", "true")
    expect(lead.get_by_role("button", name="No-go")).to_have_attribute("aria-pressed", "false")
    lead.get_by_role("button", name="Close the poll").click()
    expect(other.locator(".poll[data-state=closed]")).to_contain_text("Ed Fox")
    expect(lead.get_by_text("Ask everybody")).to_be_visible()


def test_action_item_is_added_and_dropped_in_the_room(enter, alice, ed, point, expected_errors):
    expected_errors.append("status of 422")
    lead, other = enter(alice), enter(ed)
    lead.locator(f"#action-new-{point.pk} summary").click()
    due = lead.locator(f"#action-{point.pk}-due")
    lead.get_by_label("What is to be done").fill("Raise the limits")
    lead.locator(f"#action-{point.pk}-owner").select_option("Ed Fox")
    due.fill("2020-01-01")
    lead.get_by_role("button", name="Add", exact=True).click()
    expect(due).to_be_focused()
    expect(due).to_have_attribute("aria-invalid", "true")
    expect(lead.get_by_label("What is to be done")).to_have_value("Raise the limits")

    due.fill("2030-01-01")
    lead.get_by_role("button", name="Add", exact=True).click()
    action = other.locator(".talk-action", has_text="Raise the limits")
    expect(action).to_contain_text("Ed Fox")
    expect(lead.get_by_label("What is to be done")).to_have_value("")

    action.get_by_role("link", name="Edit").click()
    dialog = other.get_by_role("dialog")
    dialog.get_by_label("What was done").fill("Not needed.")
    dialog.get_by_role("button", name="Drop it").click()
    expect(dialog).to_have_count(0)
    expect(lead.locator(".talk-action[data-state=dropped]")).to_contain_text("Not needed.")


def test_talk_is_accessible_at_every_width(enter, alice, point, assert_accessible):
    ada = seat(point.review, alice)
    point.note = "# Limits\n\n- raise **them**"
    point.save()
    closed = Poll.objects.ask(point, "Ready?", ["Yes", "No"], by=ada)
    closed.vote(0, by=ada)
    closed.close()
    Poll.objects.ask(point, "And now?", ["Today", "Tomorrow"], by=ada).vote(1, by=ada)

    page = enter(alice)
    for width in (360, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
    page.locator("#action-new-" + str(point.pk)).locator("summary").click()
    assert_accessible(page)


RANDOM_TEXTS = """async () => {
  const { carried, difference } = await import("/static/js/note-text.js");
  const UNITS = ["a", "b", "\\n", "😀", "😁"];
  let seed = 7;
  const any = (most) => (seed = (seed * 48271) % 2147483647) % most;
  const text = () => Array.from({ length: any(9) }, () => UNITS[any(5)]).join("");
  for (let round = 0; round < 5000; round += 1) {
    const [before, after, now] = [text(), text(), text()];
    const { at, remove, insert } = difference(before, after, any(after.length + 1));
    const removed = before.slice(at, at + remove);
    const holds = [
      before.slice(0, at) + insert + before.slice(at + remove) === after,
      insert.isWellFormed() && removed.isWellFormed(),
      carried(before, after, now).includes(difference(before, after).insert),
      carried(before, after, before) === after,
      carried(before, before, now) === now,
    ];
    if (holds.includes(false)) return [before, after, now, holds];
  }
  return [];
}"""


def test_difference_leads_from_any_text_to_any_other_and_parts_no_character(enter, alice):
    assert enter(alice).evaluate(RANDOM_TEXTS) == []
