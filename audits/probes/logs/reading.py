"""Bytes of JSON Lines as a sample, within bounds of size, lines and memory."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from audits.probes.logs.records import Record, record_of

MOST_BYTES = 20 * 1024 * 1024
MOST_LINES = 200_000
# Of each: more would take more memory, and tell no more.
MOST_RECORDS = 100_000
LONGEST_LINE = 262_144
SHOWN_LINES = 5
_KEY = re.compile(rb"sk-ant-[a-z]{2,12}[0-9]{2}-[A-Za-z0-9_\-]{20,}")
_TRACE = re.compile(
    rb"\s*(?:Traceback \(most recent call last\)|at \S+ \(.*:\d+:\d+\)|Caused by:)"
)
_PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


class Unreadable(ValueError):
    """The bytes are no JSON Lines; the text says what to send."""


@dataclass
class Lines:
    """Numbers of lines with something, the first few of them kept."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, number: int) -> None:
        self.count += 1
        if len(self.first) < SHOWN_LINES:
            self.first.append(number)

    @property
    def words(self) -> str:
        """`lines 3, 7, 12 and 4 more`."""
        noun = "line" if self.count == 1 else "lines"
        more = f" and {self.count - len(self.first)} more" if self.count > len(self.first) else ""
        return f"{noun} {', '.join(map(str, self.first))}{more}"


@dataclass
class Sample:
    """`records` are the lines of requests, in their order of time where all have one. `others`
    are lines of something else; `left` lines that were not read."""

    records: list[Record] = field(default_factory=list)
    lines: int = 0
    others: int = 0
    left: int = 0
    malformed: Lines = field(default_factory=Lines)
    too_long: Lines = field(default_factory=Lines)
    with_key: Lines = field(default_factory=Lines)
    traces: Lines = field(default_factory=Lines)
    with_personal: Lines = field(default_factory=Lines)
    personal: Counter[str] = field(default_factory=Counter)
    with_text: int = 0


def read(data: bytes) -> Sample:
    if data.startswith(_PACKED):
        raise Unreadable("The sample is compressed. Unpack it: plain JSON Lines are read.")
    if data.startswith(_WIDE) or b"\x00" in data[:4_096]:
        raise Unreadable("The sample is no text in UTF-8.")
    if len(data) > MOST_BYTES:
        raise Unreadable("The sample has more than 20 MB. Send the last 10,000 lines.")
    sample = Sample()
    for number, line in enumerate(_lines(data.removeprefix(b"\xef\xbb\xbf")), 1):
        if number > MOST_LINES or len(sample.records) >= MOST_RECORDS:
            sample.left += bool(line.strip())
        elif line.strip():
            _take(sample, line, number)
    if any(record.attempt == 0 for record in sample.records):
        _count_from_one(sample.records)
    if all(record.at is not None for record in sample.records):
        sample.records.sort(key=lambda record: record.at or 0)
    return sample


def _count_from_one(records: list[Record]) -> None:
    for record in records:
        if record.attempt is not None:
            record.attempt += 1


def _lines(data: bytes) -> Iterator[bytes]:
    """One at a time: a list of all would hold the sample twice."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        yield data[start:end]
        start = end + 1


def _take(sample: Sample, line: bytes, number: int) -> None:
    sample.lines += 1
    if b"sk-ant-" in line and _KEY.search(line):
        sample.with_key.add(number)
    if len(line) > LONGEST_LINE:
        sample.too_long.add(number)
        return
    try:
        read_line = json.loads(line)
    except (ValueError, RecursionError):
        read_line = None
    if not isinstance(read_line, dict):
        sample.malformed.add(number)
        if _TRACE.match(line):
            sample.traces.add(number)
        return
    seen = record_of(read_line, number)
    if seen.record is None:
        sample.others += 1
    else:
        sample.records.append(seen.record)
    sample.with_text += seen.has_text
    if seen.personal:
        sample.with_personal.add(number)
        sample.personal.update(seen.personal)
