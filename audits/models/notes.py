"""Notes of a review: several people write one text at once, and nobody's words are lost.

`AgendaPoint.note_state` is the document, `note` the text that it says. Once a document has grown
far beyond its text it begins anew, as the next `note_epoch`; who still writes in the former one
is told the new state, and carries over what they typed.
"""

from dataclasses import dataclass

from django.db import transaction

from audits.models.agenda import AgendaPoint
from audits.models.errors import Refused, RuleBroken
from audits.models.note_docs import NoteDoc, carried
from audits.models.note_updates import NoteIncomplete
from audits.models.participants import Participant
from audits.models.text import UNSTORABLE

MAX_CHARACTERS = 20_000
# How much more than its text a document may take.
MAX_HISTORY_BYTES = 64_000


class NoteBegunAnew(RuleBroken):
    """The update is of a former epoch."""

    def __init__(self) -> None:
        super().__init__("This note was tidied up meanwhile. Nothing was saved yet; send it anew.")


# Who is refused so sends again, on top of the note as it is now.
SEND_ANEW = (NoteBegunAnew, NoteIncomplete)


@dataclass(frozen=True)
class Written:
    """What a writer gets back: `update` is what they miss of the note as it is now."""

    version: int
    epoch: int
    update: bytes


@transaction.atomic
def merge(
    point: AgendaPoint, update: bytes, *, by: Participant, epoch: int = 0, known: bytes = b""
) -> Written:
    """Take what somebody typed; `known` is their state vector."""
    row = point.review.running().on_agenda(point)
    if epoch != row.note_epoch:
        raise NoteBegunAnew
    doc = NoteDoc(row.note_state)
    doc.merge(update)
    written = doc.since(known)
    _store(row, doc, by)
    if row.note_epoch != epoch:
        written = bytes(row.note_state)
    return Written(row.note_version, row.note_epoch, written)


@transaction.atomic
def save(
    point: AgendaPoint, typed: str, *, by: Participant, base: bytes = b"", epoch: int = 0
) -> AgendaPoint:
    """Take a whole text that was typed on the state `base`: a form's, without scripts. What
    others wrote since stays."""
    row = point.review.running().on_agenda(point)
    typed = _ended(_checked(typed))
    doc, typed_on = NoteDoc(row.note_state), NoteDoc()
    if base:
        typed_on.merge(base)
    if epoch == row.note_epoch:
        before = typed_on.doc.get_state()
        typed_on.edit(typed)
        doc.merge(typed_on.since(before))
    else:
        doc.edit(carried(typed_on.text, typed, doc.text))
    _store(row, doc, by)
    return row


def _store(point: AgendaPoint, doc: NoteDoc, by: Participant) -> None:
    text, state = doc.text, doc.state
    _checked(text)
    if text == point.note and doc.clocks == NoteDoc(point.note_state).clocks:
        return
    point.note_epoch, point.note_state = _kept(point.note_epoch, text, state)
    point.note, point.note_by = text, by
    point.note_version += 1
    point.save(update_fields=["note", "note_state", "note_epoch", "note_version", "note_by"])
    point.review.touch()


def _kept(epoch: int, text: str, state: bytes) -> tuple[int, bytes]:
    if len(state) <= MAX_HISTORY_BYTES + len(text.encode()):
        return epoch, state
    fresh = NoteDoc()
    fresh.edit(text)
    return epoch + 1, fresh.state


def _ended(text: str) -> str:
    """With an end to its last line, so that what two add at the end does not become one line."""
    return f"{text}\n" if text and not text.endswith("\n") else text


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_CHARACTERS:
        raise Refused(
            f"The note would be {len(text):,} characters long; {MAX_CHARACTERS:,} is the most. "
            "Shorten it: what you typed is not saved yet.",
            "text",
        )
    if found := UNSTORABLE.search(text):
        raise Refused(
            f"This holds a character that cannot be stored (U+{ord(found[0]):04X}). "
            "Remove it and save again.",
            "text",
        )
    return text
