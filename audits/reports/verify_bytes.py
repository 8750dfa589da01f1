"""Where a sealed report keeps its signatures: found in its bytes, before anything parses them."""

import hashlib
import re
from dataclasses import dataclass

from audits.reports import der

# What signing.py writes, and nothing that merely looks like it to a lenient reader.
HOLE = re.compile(
    rb"/Contents <([0-9A-F]+)>\n/ByteRange \[0 (\d{1,10}) (\d{1,10}) (\d{1,10})\] *\n"
    rb"/Type /(?:Sig\n/Filter /Adobe\.PPKLite\n/SubFilter /ETSI\.CAdES\.detached"
    rb"|(DocTimeStamp)\n/Filter /Adobe\.PPKLite\n/SubFilter /ETSI\.RFC3161)\n"
)
# Two, so that a change to one of them does not hide that the report was signed once.
TRACES = (b"\n/Filter /Adobe.PPKLite\n", b">\n/ByteRange [0 ")
# One signature and a time-stamp renewed every few years.
MAX_HOLES = 16
MAX_HEX = 512 * 1024


@dataclass(frozen=True)
class Hole:
    """A signature's place: everything of the file from 0 to `end` but [`start`, `start_again`)."""

    start: int
    start_again: int
    end: int
    digits: bytes
    is_stamp: bool

    def cms(self) -> bytes:
        """The signature that fills the hole; the rest must be zeros. Raises ValueError."""
        data = bytes.fromhex(self.digits.decode())
        size = der.size(data)
        if any(data[size:]):
            raise ValueError("something stands after the signature")
        return data[:size]

    def digest(self, file: bytes, algorithm: str) -> bytes:
        """What the signature was made over. Raises ValueError for an algorithm out of use."""
        if algorithm not in {"sha256", "sha384", "sha512"}:
            raise ValueError(f"{algorithm} is not accepted")
        view, found = memoryview(file), hashlib.new(algorithm)
        found.update(view[: self.start])
        found.update(view[self.start_again : self.end])
        return found.digest()


def holes(file: bytes) -> list[Hole]:
    """The signatures in the order of the file, those whose byte range is exactly around them."""
    found = [_hole(match) for match in HOLE.finditer(file)]
    fitting = [hole for hole, fits in found if fits and hole.end <= len(file)]
    return fitting[: MAX_HOLES + 1]


def has_traces(file: bytes) -> bool:
    """Whether it was signed as reports are signed, even if the signature cannot be found."""
    return any(trace in file for trace in TRACES)


def _hole(match: re.Match[bytes]) -> tuple[Hole, bool]:
    digits, *numbers, stamp = match.groups()
    start, start_again, rest = map(int, numbers)
    fits = (start, start_again) == (match.start(1) - 1, match.end(1) + 1)
    hole = Hole(start, start_again, start_again + rest, digits, bool(stamp))
    return hole, fits and len(digits) <= MAX_HEX and len(digits) % 2 == 0
