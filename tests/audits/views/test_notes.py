"""Notes of the room over HTTP: as updates from a script, and as a form without one."""

from base64 import b64decode, b64encode

import pytest
from django.urls import reverse

from audits.models import AgendaPoint
from audits.models.note_docs import NoteDoc
from tests.audits.reviewing import come_as_guest, running, seat
from tests.audits.views.markup import Page


@pytest.fixture
def point(audit, alice) -> AgendaPoint:
    return running(audit, alice).points.first()


def address(point: AgendaPoint, name: str = "note-merge") -> str:
    return reverse(name, args=[point.review_id, point.pk])


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def typed(text: str, on: bytes = b"") -> dict:
    doc = NoteDoc(on)
    before = doc.doc.get_state()
    doc.edit(text)
    return {"update": b64(doc.since(before)), "known": b64(doc.doc.get_state()), "epoch": 0}


def now(point: AgendaPoint) -> AgendaPoint:
    return AgendaPoint.objects.get(pk=point.pk)


@pytest.fixture
def as_guest(client, point):
    """A browser that came by a guest's link."""
    come_as_guest(client, seat(point.review))
    return client


def test_whoever_may_look_may_write(browser, vic, point):
    response = browser(vic).post(address(point), typed("From a viewer."))

    assert response.status_code == 200
    assert now(point).note == "From a viewer."


def test_guest_writes(as_guest, point):
    response = as_guest.post(address(point), typed("From a guest."))

    assert response.status_code == 200
    assert now(point).note_by.is_guest


def test_writer_gets_what_others_wrote_meanwhile(browser, ed, vic, point):
    browser(ed).post(address(point), typed("Limits are low. "))
    mine = NoteDoc()
    mine.edit("Ask the vendor. ")
    body = {"update": b64(mine.state), "known": b64(mine.doc.get_state()), "epoch": 0}

    said = browser(vic).post(address(point), body).json()

    mine.merge(b64decode(said["update"]))
    assert (said["version"], said["epoch"]) == (2, 0)
    assert mine.text == now(point).note


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"update": "***"},
        {"update": b64(b"\xff" * 30)},
        {"update": b64(bytes(200_001))},
        {"update": b64(b"\0\0"), "known": "é"},
        {"update": b64(b"\0\0"), "known": b64(b"\xff")},
        {"update": b64(b"\0\0"), "epoch": "-1"},
        {"update": b64(b"\0\0"), "epoch": "٣"},
        {"update": b64(b"\0\0"), "epoch": "9" * 40},
    ],
)
def test_bad_update_is_told_and_changes_nothing(browser, ed, point, body):
    response = browser(ed).post(address(point), body)

    assert response.status_code == 422
    assert response.json()["error"]
    assert now(point).note_version == 0


def test_writer_who_missed_something_gets_the_note_as_it_is(browser, ed, point):
    browser(ed).post(address(point), typed("First. "))
    gap = NoteDoc(now(point).note_state)
    gap.edit("First. Second. ")
    skipped = gap.doc.get_state()
    gap.edit("First. Second. Third. ")

    response = browser(ed).post(address(point), {"update": b64(gap.since(skipped)), "epoch": 0})

    assert response.status_code == 409
    assert b64decode(response.json()["state"]) == bytes(now(point).note_state)


def test_writer_of_a_former_document_gets_the_new_one(browser, ed, point):
    AgendaPoint.objects.update(note_epoch=3)

    response = browser(ed).post(address(point), typed("Old."))

    assert response.status_code == 409
    assert response.json()["epoch"] == 3


def test_review_that_is_over_says_so_and_gives_nothing_to_send_again(browser, ed, point):
    point.review.state = "ended"
    point.review.save()

    response = browser(ed).post(address(point), typed("Late."))

    assert response.status_code == 409
    assert response.json() == {"error": "This review is ended, so this cannot be done."}


def test_point_of_another_review_is_not_found(browser, ed, point, mallory):
    other = reverse("note-merge", args=[point.review_id, 10**6])

    assert browser(ed).post(other, typed("x")).status_code == 404
    assert browser(mallory).post(address(point), typed("x")).status_code == 404


def test_form_without_scripts_keeps_both_texts(browser, ed, vic, point):
    page = Page(browser(vic).get(address(point, "note-edit")))
    base = {"base": page.value("base"), "epoch": page.value("epoch")}
    browser(ed).post(address(point), typed("Limits are low.\n"))

    response = browser(vic).post(
        address(point, "note-edit"), base | {"text": "Ask the vendor.\r\n"}
    )

    assert response["Location"].endswith(f"/room/?point={point.pk}#talk")
    assert set(now(point).note.splitlines()) == {"Limits are low.", "Ask the vendor."}


def test_form_that_cannot_be_taken_comes_back_with_the_text_and_why(browser, vic, point):
    text = "word " * 4001
    response = browser(vic).post(address(point, "note-edit"), {"text": text})

    page = Page(response)
    assert response.status_code == 422
    assert "20,000 is the most" in page.text
    assert text in response.content.decode()


def test_first_line_of_a_note_may_be_empty(browser, vic, point):
    browser(vic).post(address(point, "note-edit"), {"text": "\r\nSecond line"})

    page = browser(vic).get(address(point, "note-edit"))

    assert now(point).note == "\nSecond line\n"
    # A browser leaves the first line end of a textarea out.
    assert b">\n\nSecond line\n</textarea>" in page.content


@pytest.mark.parametrize(
    "base",
    ["***", b64(b"\xff"), typed("Never said.")["update"]],
    ids=["no base64", "no document", "another document"],
)
def test_text_typed_on_nothing_that_the_note_said_is_not_lost_and_deletes_nothing(
    browser, ed, vic, point, base
):
    browser(ed).post(address(point), typed("Limits are low.\n"))
    path, text = address(point, "note-edit"), {"text": "Ask the vendor.\n"}
    refused = Page(browser(vic).post(path, text | {"base": base, "epoch": 0}))
    again = {"base": refused.value("base"), "epoch": refused.value("epoch")}

    response = browser(vic).post(path, text | again)

    assert response.status_code == 302
    assert set(now(point).note.splitlines()) == {"Limits are low.", "Ask the vendor."}
