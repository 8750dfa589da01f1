"""Bytes of any format -> text that is safe to parse, and places in that text."""

import re
from bisect import bisect_right

from checklist.faults import Fault, FaultyFile

MAX_BYTES = 5_000_000

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
FOREIGN_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
LINE_END = re.compile("\r\n?|\n")


class Places:
    """Says of an index into `text` which line and column that is, both from 1."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(end.end() for end in LINE_END.finditer(text))]

    def at(self, index: int) -> tuple[int, int]:
        line = bisect_right(self.starts, index)
        return line, index - self.starts[line - 1] + 1


def decode(data: bytes) -> str:
    """Text without byte order mark; FaultyFile when too large, not UTF-8 or unprintable."""
    if len(data) > MAX_BYTES:
        raise FaultyFile([too_large()])
    for mark, name in FOREIGN_MARKS:
        if data.startswith(mark):
            raise FaultyFile([Fault(1, 1, f"the file is {name}", "save it as UTF-8")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place(error.object[: error.start].decode("utf-8", "replace"))
        byte = error.object[error.start]
        problem = f"the byte 0x{byte:02X} is not UTF-8"
        raise FaultyFile([Fault(line, column, problem, "save the file as UTF-8")]) from None
    if found := UNPRINTABLE.findall(text):
        line, column = _place(text[: text.index(found[0])])
        more = f", the first of {len(found):,}" if len(found) > 1 else ""
        raise FaultyFile([unprintable(line, column, found[0], more)])
    if not text.strip():
        raise FaultyFile([empty()])
    return text


def too_large() -> Fault:
    limit = f"{MAX_BYTES // 1_000_000} MB"
    return Fault(1, 1, f"the file is larger than {limit}", "split it into several files")


def empty() -> Fault:
    return Fault(1, 1, "the file is empty", "write its fields, or choose another file")


def unprintable(line: int, column: int, character: str, more: str = "") -> Fault:
    problem = f"the control character U+{ord(character):04X} cannot be shown{more}"
    return Fault(line, column, problem, "remove it")


def _place(before: str) -> tuple[int, int]:
    line_start = before.rfind("\n") + 1
    return before.count("\n") + 1, len(before) - line_start + 1
