"""A note as the document of a CRDT: read, merged with an update, or edited as a text."""

from difflib import SequenceMatcher
from typing import NamedTuple

from pycrdt import Doc, Text

from audits.models.note_updates import ROOT, Clocks, NoteBroken, NoteIncomplete, check, vector


class Edit(NamedTuple):
    """Replace the characters from `start` to `end`."""

    start: int
    end: int
    text: str


class NoteDoc:
    def __init__(self, state: bytes | memoryview = b""):
        self.doc: Doc = Doc()
        self._text: Text = self.doc.get(ROOT, type=Text)
        if state:
            self.doc.apply_update(bytes(state))

    @property
    def text(self) -> str:
        return str(self._text)

    @property
    def state(self) -> bytes:
        return self.doc.get_update()

    @property
    def clocks(self) -> Clocks:
        return vector(self.doc.get_state())

    def since(self, known: bytes) -> bytes:
        """What somebody misses who knows as much as that state vector says."""
        if not known:
            return self.state
        vector(known)
        return self.doc.get_update(known)

    def merge(self, update: bytes) -> None:
        """NoteBroken or NoteIncomplete leave a document that must not be used any more."""
        found = check(update, self.clocks)
        try:
            self.doc.apply_update(update)
        except BaseException as error:
            # What the library's own checks stop is no Exception, but must not end a process.
            if isinstance(error, Exception) or type(error).__name__ == "PanicException":
                raise NoteBroken("it cannot be merged") from error
            raise
        known = self.clocks
        if any(known.get(client, 0) < end for client, end in found.ends.items()):
            raise NoteIncomplete

    def edit(self, typed: str) -> None:
        """Make it say what was typed, by changing no more than what differs."""
        before = self.text
        with self.doc.transaction():
            for start, end, text in reversed(edits(before, typed)):
                # The library counts in bytes of UTF-8.
                at = len(before[:start].encode())
                size = len(before[start:end].encode())
                if size:
                    del self._text[at : at + size]
                if text:
                    self._text.insert(at, text)


def edits(before: str, after: str) -> list[Edit]:
    """From one text to the other, line by line and within a line by what its ends share."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    return [
        _trimmed(starts[first], "".join(old[first:last]), "".join(new[from_:to]))
        for tag, first, last, from_, to in SequenceMatcher(None, old, new).get_opcodes()
        if tag != "equal"
    ]


def _trimmed(start: int, old: str, new: str) -> Edit:
    head = _shared(old, new)
    old, new = old[head:], new[head:]
    tail = _shared(old[::-1], new[::-1])
    start += head
    return Edit(start, start + len(old) - tail, new[: len(new) - tail])


def _shared(one: str, other: str) -> int:
    """How many characters they have in common at their start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def carried(base: str, typed: str, now: str) -> str:
    """`now`, with what was typed on `base`: for documents that share no history. What was typed
    is in it, whatever became of the place where it was typed."""
    theirs, said = edits(base, now), now
    for start, end, text in reversed(edits(base, typed)):
        at, past = _moved(start, theirs), _moved(end, theirs)
        # Only what still says the same is taken away.
        same = said[at:past] == base[start:end]
        now = now[:at] + text + now[past if same else at :]
    return now


def _moved(place: int, changes: list[Edit]) -> int:
    """Where a place of a text is after these changes of it."""
    moved = place
    for start, end, text in changes:
        if end <= place:
            moved += len(text) - (end - start)
        elif start < place:
            moved += start + len(text) - place
    return moved
