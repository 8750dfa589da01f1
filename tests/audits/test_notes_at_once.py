"""Any interleaving of what several write: all end with the same text, and no word is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.models import AgendaPoint, notes
from audits.models.errors import RuleBroken
from audits.models.note_docs import NoteDoc, carried, edits
from tests.audits.racing import at_once, refusals
from tests.audits.reviewing import running, seat

TEXTS = st.text("ab \n\té😀", max_size=30)
PLACES = st.floats(0, 1)


class Writer:
    """A document that hears of the server's when it sends, as note.js does."""

    def __init__(self):
        self.mirror, self.doc = NoteDoc(), NoteDoc()

    def insert(self, place: float, word: str) -> None:
        text = self.doc.text
        at = round(place * len(text))
        self.doc.edit(f"{text[:at]}{word}{text[at:]}")

    def delete(self, place: float) -> None:
        """A full stop, if there is one: no word."""
        text = self.doc.text
        at = round(place * len(text))
        if text[at : at + 1] == ".":
            self.doc.edit(text[:at] + text[at + 1 :])

    def send_to(self, server: NoteDoc) -> None:
        server.merge(self.doc.since(self.mirror.doc.get_state()))
        for mine in (self.mirror, self.doc):
            mine.merge(server.since(mine.doc.get_state()))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), st.integers(0, 3), PLACES),
        st.tuples(st.just("delete"), st.integers(0, 3), PLACES),
        st.tuples(st.just("send"), st.integers(0, 3), PLACES),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_all_converge_and_no_word_is_lost(steps):
    server, writers, words = NoteDoc(), [Writer() for _ in range(4)], []
    for verb, who, place in steps:
        if verb == "send":
            writers[who].send_to(server)
        elif verb == "delete":
            writers[who].delete(place)
        else:
            # One letter cannot be parted by what others write into it.
            words.append(chr(0x4E00 + len(words)))
            writers[who].insert(place, words[-1] + ".")
    for _ in range(2):
        for writer in writers:
            writer.send_to(server)

    assert {writer.doc.text for writer in writers} == {server.text}
    assert sorted(letter for letter in server.text if letter != ".") == sorted(words)


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_edit_leads_from_any_text_to_any_other(before, after):
    doc = NoteDoc()
    doc.edit(before)

    doc.edit(after)

    assert doc.text == after
    assert NoteDoc(doc.state).text == after


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_what_is_carried_over_has_every_inserted_text(base, typed, now):
    said = carried(base, typed, now)

    assert all(text in said for _, _, text in edits(base, typed))
    if base == now:
        assert said == typed
    if base == typed:
        assert said == now


@settings(max_examples=400, deadline=None)
@given(st.booleans(), st.lists(st.tuples(PLACES, st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_update_is_refused_or_a_note_that_can_be_read(whole, damage):
    note, other = NoteDoc(), NoteDoc()
    note.edit("Limits\nare low 😀")
    other.merge(note.state)
    other.edit("Limits today\nare low")
    update = bytearray(other.since(b"" if whole else note.doc.get_state()))
    for place, byte in damage:
        update[round(place * (len(update) - 1))] = byte

    try:
        note.merge(bytes(update))
    except RuleBroken:
        return

    assert NoteDoc(note.state).text == note.text


@pytest.mark.django_db(transaction=True)
def test_eight_who_send_at_the_same_moment_all_stand_in_the_note(audit, alice):
    point = running(audit, alice).points.first()
    people = [seat(point.review, name=f"Guest{number} G") for number in range(8)]
    updates = []
    for person in people:
        doc = NoteDoc()
        doc.edit(f"{person.name} was here. ")
        updates.append(doc.state)

    outcomes = at_once(
        *(
            lambda update=update, person=person: notes.merge(point, update, by=person)
            for update, person in zip(updates, people, strict=True)
        )
    )

    assert not refusals(outcomes)
    note = AgendaPoint.objects.get(pk=point.pk)
    assert all(f"{person.name} was here. " in note.note for person in people)
    assert note.note_version == 8
