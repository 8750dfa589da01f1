"""Pasting and dropping on an open item, and what a piece's menu leads to."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from audits.models import Evidence

# A paste or a drop of text or files, as a browser tells of it.
PASTE = """([selector, text, names]) => {
  const data = new DataTransfer();
  if (text) data.setData("text/plain", text);
  for (const name of names) data.items.add(new File(["x".repeat(200)], name, {type: "image/png"}));
  document.querySelector(selector).dispatchEvent(
    new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
DRAG = """([selector, kind, names]) => {
  const data = new DataTransfer();
  for (const name of names) data.items.add(new File(["x".repeat(200)], name));
  const event = new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true});
  document.querySelector(selector).dispatchEvent(event);
  return event.defaultPrevented;
}"""


@pytest.fixture
def row(page, sign_in, ed, audit, answer):
    sign_in(page, ed)
    page.goto(answer.get_absolute_url())
    return page.locator(f"#row-{answer.pk}")


def paste(row, text="", names=(), selector="body"):
    row.page.evaluate(PASTE, [selector, text, list(names)])


def drag(row, kind, names, selector=".row[data-open] .row-title"):
    return row.page.evaluate(DRAG, [selector, kind, list(names)])


def test_pasted_address_waits_in_the_link_form_for_enter(row):
    paste(row, " https://example.org/proof ")
    expect(row.get_by_label("Address")).to_have_value("https://example.org/proof")
    expect(row.get_by_label("Address")).to_be_focused()
    row.page.keyboard.press("Enter")
    expect(row.locator(".evidence-item > div > a")).to_have_attribute(
        "href", "https://example.org/proof"
    )


def test_text_that_is_no_address_is_left_alone(row):
    paste(row, "see https://example.org/proof")
    expect(row.get_by_label("Address")).not_to_be_visible()


def test_paste_into_a_field_stays_there(row, answer):
    row.locator("textarea[data-key=c]").focus()
    paste(row, "https://example.org/proof", selector="textarea[data-key=c]")
    expect(row.get_by_label("Address")).not_to_be_visible()


def test_pasted_image_becomes_a_file(row):
    paste(row, names=["image.png"])
    expect(row.locator(".evidence-item > div > a")).to_have_text("image.png")


def test_dropped_files_are_attached_one_after_another(row, answer):
    drag(row, "dragover", ["a.txt", "b.txt"])
    expect(row).to_have_attribute("data-drop", "")
    assert drag(row, "drop", ["a.txt", "b.txt"])
    expect(row.locator(".evidence-item > div > a")).to_have_text(["a.txt", "b.txt"])
    expect(row).not_to_have_attribute("data-drop", "")
    expect(row.page.locator(".toasts .job")).to_have_count(0)
    expect(row.page.locator("#undo")).to_contain_text("b.txt")


def test_what_was_typed_stays_when_a_file_is_dropped(row):
    row.locator("textarea[data-key=c]").fill("Half a thought")
    drag(row, "drop", ["a.txt"])
    expect(row.locator(".evidence-item")).to_have_count(1)
    expect(row.locator("textarea[data-key=c]")).to_have_value("Half a thought")


def test_file_dropped_beside_the_row_does_not_leave_the_page(row):
    assert drag(row, "drop", ["a.txt"], selector="h1")
    expect(row.locator(".evidence-item")).to_have_count(0)


def test_file_that_is_too_large_says_so_and_the_next_goes_on(row, page):
    page.evaluate("document.querySelector('[data-adds=file] form').dataset.maxBytes = 100")
    drag(row, "drop", ["large.txt"])
    expect(page.locator("#alerts")).to_contain_text("large.txt: It is larger than")
    page.evaluate("document.querySelector('[data-adds=file] form').dataset.maxBytes = 1000")
    drag(row, "drop", ["small.txt"])
    expect(row.locator(".evidence-item > div > a")).to_have_text("small.txt")


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (413, "", "too large to be accepted"),
        (507, '<p class="field-error">The disk is full.</p>', "The disk is full."),
        (500, "", "The server failed (500)"),
    ],
)
def test_refused_file_names_the_cause(row, page, expected_errors, status, body, sentence):
    expected_errors.append(f"status of {status}")
    page.route("**/evidence/", lambda route: route.fulfill(status=status, body=body))
    drag(row, "drop", ["a.txt"])
    expect(page.locator("#alerts")).to_contain_text(f"a.txt: {sentence}" if body else sentence)
    expect(row.locator(".evidence-item")).to_have_count(0)


def test_lost_connection_is_said(row, page, expected_errors):
    expected_errors += ["net::ERR_FAILED"]
    page.route("**/evidence/", lambda route: route.abort())
    drag(row, "drop", ["a.txt"])
    expect(page.locator("#alerts")).to_contain_text("a.txt: It could not be sent")


def test_viewer_has_no_place_to_drop(page, sign_in, vic, answer):
    sign_in(page, vic)
    page.goto(answer.get_absolute_url())
    assert not page.evaluate(DRAG, [".row[data-open] .row-title", "drop", ["a.txt"]])


def test_evidence_comes_before_the_reading_on_a_phone(row, page):
    page.set_viewport_size({"width": 360, "height": 740})
    evidence = row.locator("[id^=evidence-]").first.bounding_box()
    reading = row.locator(".panel-reading").bounding_box()
    assert evidence["y"] < reading["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_stale_piece_is_replaced_and_used_elsewhere_by_keyboard(
    page, sign_in, ed, audit, answer, assert_accessible
):
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Evidence.objects.attach_link(
        answer, "https://a.example/1", by=ed, speaks_of=yesterday, expires_on=yesterday
    )
    sign_in(page, ed)
    page.goto(answer.get_absolute_url())
    row = page.locator(f"#row-{answer.pk}")
    expect(row.locator(".row-evidence")).to_contain_text("1 stale")
    expect(row.locator(".evidence-item")).to_contain_text("stale since")
    assert_accessible(page)

    row.get_by_label("Actions for a.example/1").press("Enter")
    row.get_by_role("link", name="Replace…").press("Enter")
    assert_accessible(page)
    page.locator("details[open]").get_by_label("Address").fill("https://a.example/2")
    page.keyboard.press("Enter")
    expect(row.locator(".evidence-item").first).to_contain_text("version 2")
    row.get_by_text("1 former version").press("Enter")
    expect(row.locator(".evidence-item .evidence-item")).to_contain_text("replaced by Ed Fox")
    assert_accessible(page)

    row.get_by_label("Actions for a.example/2").press("Enter")
    row.get_by_role("link", name="Use for other items…").press("Enter")
    page.get_by_label("3 Item 3").press("Space")
    assert_accessible(page)
    page.get_by_role("button", name="Use for these items").press("Enter")
    expect(row.locator(".evidence-item").first).to_contain_text("also backs 3")


def test_what_was_attached_and_said_is_taken_back_from_its_toast(row, page, answer):
    paste(row, "https://example.org/proof")
    page.keyboard.press("Enter")
    expect(row.locator(".evidence-item")).to_have_count(1)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(row.locator(".evidence-item")).to_contain_text("undone")

    row.locator("textarea[data-key=c]").fill("Not so fast.")
    row.get_by_role("button", name="Comment").click()
    expect(row.locator(".comment")).to_contain_text("Not so fast.")
    page.locator(".toast", has_text="ommented").get_by_role("button", name="Undo").click()
    expect(row.locator(".comment")).to_contain_text("Withdrawn by Ed Fox")


def test_removed_file_is_brought_back_from_the_toast(page, row, answer, ed):
    drag(row, "drop", ["a.txt"])
    row.get_by_label("Actions for a.txt").click()
    row.get_by_role("link", name="Remove…").click()
    page.get_by_label("Reason").fill("Wrong file.")
    page.get_by_role("button", name="Remove").click()
    expect(row.locator(".evidence-item")).to_contain_text("Wrong file.")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(row.locator(".evidence-item > div > a")).to_have_text("a.txt")
