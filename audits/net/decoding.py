"""Content codings, undone in pieces: what a few bytes swell to is never held."""

import zlib
from collections.abc import Iterator

from audits.net.faults import DoorFault, Fault

# What is asked for, and the only codings that are undone, one at a time.
ACCEPTED = "gzip, deflate"
PIECE = 64 * 1024


class Decoding:
    """Undoes one coding, named as in Content-Encoding. Raises DoorFault for another one."""

    def __init__(self, coding: str) -> None:
        coding = coding.strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise DoorFault(Fault.PROTOCOL, "answered in a content coding that was not asked for")
        self._raw_deflate = coding == "deflate"
        bits = zlib.MAX_WBITS if coding == "deflate" else zlib.MAX_WBITS | 16
        self._inflate = None if coding in ("", "identity") else zlib.decompressobj(bits)
        self._began = False

    def undo(self, data: bytes) -> Iterator[bytes]:
        """Pieces of at most 64 KB."""
        if self._inflate is None:
            yield data
            return
        while data:
            piece = self._next(data)
            if piece:
                yield piece
            data = self._inflate.unconsumed_tail
        while piece := self._next(b""):
            yield piece

    def finish(self) -> None:
        """Raises DoorFault when something is lacking."""
        if self._inflate is not None and self._began and not self._inflate.eof:
            raise DoorFault(Fault.RESET, "ended in the midst of its compressed answer")

    def _next(self, data: bytes) -> bytes:
        assert self._inflate is not None  # noqa: S101  # nosec B101: for mypy
        try:
            piece = self._inflate.decompress(data, PIECE)
        except zlib.error:
            if not self._raw_deflate or self._began:
                raise DoorFault(Fault.PROTOCOL, "sent what cannot be decompressed") from None
            # Some send deflate without the header that zlib puts before it.
            self._raw_deflate, self._inflate = False, zlib.decompressobj(-zlib.MAX_WBITS)
            return self._next(data)
        self._began = True
        return piece
