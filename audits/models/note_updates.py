"""What an update of a note may hold, read before the library that merges it sees it.

The library trusts what it decodes: text that is no UTF-8 or an item that refers to itself would
reach its unsafe parts. So everything that the format has beyond plain text is refused here, and
whatever refers to something that the note does not have. Yjs's update format, version 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from audits.models.errors import Refused, RuleBroken
from audits.models.text import UNSTORABLE

# More than a whole note of 20,000 characters takes, with all that was ever deleted in it.
MAX_BYTES = 200_000
# Clocks have 32 bits in the library, names of clients 53 in a browser.
MAX_CLOCK, MAX_CLIENT = 2**31, 2**53
ROOT = "note"

ORIGIN, RIGHT_ORIGIN, PARENT_SUB, KIND = 0x80, 0x40, 0x20, 0x1F
GONE, DELETED, STRING = 0, 1, 4

Clocks = dict[int, int]


class NoteBroken(Refused):
    def __init__(self, why: str):
        super().__init__(f"This is no update of a note ({why}). Reload the page and type again.")


class NoteIncomplete(RuleBroken):
    """It builds on something that the note does not have: send everything since what it has."""

    def __init__(self) -> None:
        super().__init__(
            "Part of what was typed before is missing. Nothing was saved; send it together."
        )


class Reader:
    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def number(self, limit: int) -> int:
        value = shift = 0
        while shift < 63:
            if self.at >= len(self.data):
                raise NoteBroken("it ends too early")
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if value >= limit:
                    break
                return value
            shift += 7
        raise NoteBroken("a number is too large")

    def byte(self) -> int:
        if self.at >= len(self.data):
            raise NoteBroken("it ends too early")
        self.at += 1
        return self.data[self.at - 1]

    def text(self) -> str:
        length = self.number(MAX_CLOCK)
        chunk = self.data[self.at : self.at + length]
        if len(chunk) < length:
            raise NoteBroken("it ends too early")
        self.at += length
        try:
            return chunk.decode()
        except UnicodeDecodeError:
            raise NoteBroken("its text is no UTF-8") from None

    def count(self) -> Iterator[int]:
        """As often as the number says that comes next: whatever is claimed, it ends with the
        data, since each round reads some."""
        return iter(range(self.number(MAX_CLIENT)))

    def end(self) -> None:
        if self.at < len(self.data):
            raise NoteBroken("something follows its end")


@dataclass
class Update:
    """Where each client's items begin and end, and up to where others are referred to."""

    starts: Clocks = field(default_factory=dict)
    ends: Clocks = field(default_factory=dict)
    asked: Clocks = field(default_factory=dict)

    def ask(self, client: int, end: int) -> None:
        self.asked[client] = max(self.asked.get(client, 0), end)

    def is_complete(self, known: Clocks) -> bool:
        begins = all(known.get(client, 0) >= start for client, start in self.starts.items())
        return begins and all(
            max(known.get(client, 0), self.ends.get(client, 0)) >= end
            for client, end in self.asked.items()
        )


def vector(data: bytes) -> Clocks:
    """A state vector: how far each client's items are known."""
    if len(data) > MAX_BYTES:
        raise NoteBroken("it is too large")
    reader = Reader(data)
    clocks = {reader.number(MAX_CLIENT): reader.number(MAX_CLOCK) for _ in reader.count()}
    reader.end()
    return clocks


def check(data: bytes, known: Clocks) -> Update:
    """What the update holds; NoteBroken where it is none of plain text, NoteIncomplete where it
    does not fit to what is known."""
    if len(data) > MAX_BYTES:
        raise NoteBroken(f"it is larger than {MAX_BYTES:,} bytes")
    reader, update = Reader(data), Update()
    for _ in reader.count():
        _read_client(reader, update)
    for _ in reader.count():
        client = reader.number(MAX_CLIENT)
        for _ in reader.count():
            update.ask(client, reader.number(MAX_CLOCK) + reader.number(MAX_CLOCK))
    reader.end()
    if not update.is_complete(known):
        raise NoteIncomplete
    return update


def _read_client(reader: Reader, update: Update) -> None:
    items = reader.count()
    client, clock = reader.number(MAX_CLIENT), reader.number(MAX_CLOCK)
    if client in update.starts:
        raise NoteBroken("a client is in it twice")
    update.starts[client] = clock
    for _ in items:
        clock += _read_item(reader, update, client, clock)
        if clock >= MAX_CLOCK:
            raise NoteBroken("a number is too large")
    update.ends[client] = clock


def _read_item(reader: Reader, update: Update, client: int, clock: int) -> int:
    """How many places it takes."""
    info = reader.byte()
    if info == GONE:
        return _length(reader)
    for mark in (ORIGIN, RIGHT_ORIGIN):
        if info & mark:
            _read_reference(reader, update, client, clock)
    if not info & (ORIGIN | RIGHT_ORIGIN):
        _read_parent(reader)
    if info & PARENT_SUB:
        raise NoteBroken("it holds more than text")
    if info & KIND == DELETED:
        return _length(reader)
    if info & KIND == STRING:
        return _read_string(reader)
    raise NoteBroken("it holds more than text")


def _read_reference(reader: Reader, update: Update, client: int, clock: int) -> None:
    other, at = reader.number(MAX_CLIENT), reader.number(MAX_CLOCK)
    if other == client and at >= clock:
        raise NoteBroken("an item refers to itself")
    update.ask(other, at + 1)


def _read_parent(reader: Reader) -> None:
    if reader.number(MAX_CLIENT) != 1 or reader.text() != ROOT:
        raise NoteBroken("it is of something else")


def _length(reader: Reader) -> int:
    length = reader.number(MAX_CLOCK)
    if not length:
        raise NoteBroken("an item is empty")
    return length


def _read_string(reader: Reader) -> int:
    text = reader.text()
    if not text:
        raise NoteBroken("an item is empty")
    if "\r" in text or UNSTORABLE.search(text):
        raise NoteBroken("it holds a character that cannot be stored")
    # As browsers count: in units of UTF-16.
    return len(text.encode("utf-16-le")) // 2
