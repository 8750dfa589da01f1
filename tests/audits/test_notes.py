"""Notes of a review: several write one text, and nobody's words are lost."""

import pytest

from audits.models import AgendaPoint, notes
from audits.models.errors import Refused
from audits.models.note_docs import NoteDoc
from audits.models.note_updates import NoteBroken, NoteIncomplete
from audits.models.reviews import ReviewNotSo
from tests.audits.reviewing import running, seat


@pytest.fixture
def point(audit, alice) -> AgendaPoint:
    return running(audit, alice).points.first()


@pytest.fixture
def ada(point, alice):
    return seat(point.review, alice)


@pytest.fixture
def guest(point):
    return seat(point.review)


def now(point: AgendaPoint) -> AgendaPoint:
    return AgendaPoint.objects.select_related("review", "note_by").get(pk=point.pk)


class Writer:
    """Somebody's browser: a document of their own, sent when they say so."""

    def __init__(self, point, by):
        self.point, self.by = point, by
        self.doc = NoteDoc(point.note_state)
        self.epoch = point.note_epoch
        self.acknowledged = self.doc.doc.get_state()

    def type(self, text: str):
        self.doc.edit(text)
        return self

    def send(self) -> notes.Written:
        update = self.doc.since(self.acknowledged)
        known = self.doc.doc.get_state()
        written = notes.merge(self.point, update, by=self.by, epoch=self.epoch, known=known)
        self.doc.merge(written.update)
        self.acknowledged = self.doc.doc.get_state()
        return written


def test_two_who_write_at_once_both_keep_their_words(point, ada, guest):
    one, other = Writer(point, ada), Writer(point, guest)
    one.type("We raise the limits.")
    other.type("Ask the vendor.")

    one.send()
    other.send()
    one.send()

    assert now(point).note == one.doc.text == other.doc.text
    assert "We raise the limits." in now(point).note
    assert "Ask the vendor." in now(point).note


def test_note_says_who_wrote_last_and_the_room_hears_of_it(point, guest):
    before = point.review.version

    Writer(point, guest).type("From a guest.").send()

    point = now(point)
    assert (point.note_by, point.note_version) == (guest, 1)
    assert point.review.version == before + 1


def test_update_that_comes_twice_changes_nothing_the_second_time(point, ada):
    writer = Writer(point, ada).type("Once.")
    update = writer.doc.since(writer.acknowledged)
    notes.merge(point, update, by=ada)

    notes.merge(point, update, by=ada)

    assert (now(point).note, now(point).note_version) == ("Once.", 1)


def test_update_without_what_it_builds_on_changes_nothing(point, ada):
    writer = Writer(point, ada).type("First.")
    skipped = writer.doc.doc.get_state()
    writer.type("First. Second.")

    with pytest.raises(NoteIncomplete):
        notes.merge(point, writer.doc.since(skipped), by=ada)

    assert (now(point).note, bytes(now(point).note_state)) == ("", b"")


def test_note_that_would_be_too_long_changes_nothing(point, ada):
    writer = Writer(point, ada).type("é" * 20_001)

    with pytest.raises(Refused, match="20,000 is the most"):
        writer.send()

    assert now(point).note == ""


def test_longest_note_is_taken(point, ada):
    Writer(point, ada).type("😀" * 20_000).send()

    assert len(now(point).note) == 20_000


@pytest.mark.parametrize("state", ["planned", "ended", "cancelled"])
def test_review_that_is_not_under_way_takes_no_note(point, ada, state):
    point.review.state = state
    point.review.save()

    with pytest.raises(ReviewNotSo):
        Writer(point, ada).type("Too late.").send()
    with pytest.raises(ReviewNotSo):
        notes.save(point, "Too late.", by=ada)


def test_form_keeps_what_others_wrote_since_it_was_shown(point, ada, guest):
    notes.save(point, "# Limits\n\nThey are low.\n", by=ada)
    shown = bytes(now(point).note_state)
    notes.save(point, "# Limits\n\nThey are low.\nRaise them.\n", by=ada, base=shown)

    notes.save(point, "# Limits today\n\nThey are low.\n", by=guest, base=shown)

    assert now(point).note == "# Limits today\n\nThey are low.\nRaise them.\n"


def test_what_two_forms_typed_on_an_empty_note_are_two_lines(point, ada, guest):
    notes.save(point, "Limits are low.", by=ada)
    notes.save(point, "Who raises them?", by=guest)

    assert sorted(now(point).note.splitlines()) == ["Limits are low.", "Who raises them?"]


def test_form_whose_base_was_never_a_state_of_the_note_is_refused(point, ada):
    stranger = NoteDoc()
    stranger.edit("Never said.")

    with pytest.raises(NoteIncomplete):
        notes.save(point, "Never said. More.", by=ada, base=stranger.state)


def test_document_that_grew_far_beyond_its_text_begins_anew(point, ada):
    worn_out(point, ada)

    after = now(point)
    assert after.note_epoch == 1
    assert len(after.note_state) < 1000
    assert after.note == "short"


def test_who_wrote_in_the_former_document_is_told_and_nothing_is_taken(point, ada, guest):
    late = Writer(point, guest).type("Late words.")
    worn_out(point, ada)

    with pytest.raises(notes.NoteBegunAnew):
        late.send()

    assert now(point).note == "short"


def test_form_that_was_typed_on_a_former_document_is_carried_over(point, ada, guest):
    notes.save(point, "one\ntwo\n", by=ada)
    base = bytes(now(point).note_state)
    worn_out(point, ada, end="one\ntwo\nthree\n")

    notes.save(point, "one\nand a half\ntwo\n", by=guest, base=base, epoch=0)

    assert now(point).note == "one\nand a half\ntwo\nthree\n"


def worn_out(point: AgendaPoint, by, end: str = "short") -> None:
    """So many edits that the document is not worth keeping."""
    point = now(point)
    writer = Writer(point, by)
    for number in range(3500):
        writer.doc._text.insert(0, f"{number} ")
        if number % 3:
            del writer.doc._text[0:1]
    writer.type(end).send()


def test_hostile_updates_are_refused_and_change_nothing(point, ada):
    for update in HOSTILE:
        with pytest.raises((NoteBroken, NoteIncomplete)):
            notes.merge(point, update, by=ada)

    assert now(point).note_version == 0


def item(*content: int) -> bytes:
    """One item of client 1 in the text `note`."""
    return bytes([1, 1, 1, 0, *content[:1], 1, 4, *b"note", *content[1:], 0])


HOSTILE = [
    b"",
    b"\xff" * 40,
    b"\x01",
    item(4, 1, 0xFF),  # no UTF-8
    item(4, 3, 0xED, 0xA0, 0x80),  # half a character of UTF-16
    item(4, 1, 0),  # NUL
    item(4, 0),  # empty
    item(4, 200, 1, 65),  # shorter than it says
    item(1, 0),  # deleted, of no length
    item(7, 2),  # another type
    item(8, 1, 119, 1, 65),  # any value
    item(4, 1, 65) + b"\0",  # something follows
    bytes([1, 1, 1, 0, 4, 1, 5, *b"other", 1, 65, 0]),  # another text
    bytes([1, 1, 1, 0, 0x84, 1, 0, 1, 65, 0]),  # an item that follows itself
    bytes([1, 1, 1, 5, 4, 1, 4, *b"note", 1, 65, 0]),  # begins beyond what is known
    bytes([0, 1, 7, 1, 0, 99]),  # deletes what nobody wrote
    bytes([0, 1, 7, 1, *b"\xff\xff\xff\xff\xff\xff\xff\x0f", 1]),  # a number too large
    bytes(200_001),
]
