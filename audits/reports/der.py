"""The shape of DER: every value ends where the one that holds it says."""

CONSTRUCTED, LONG_TAG, LONG_LENGTH = 0x20, 0x1F, 0x80


def check_der(data: bytes) -> None:
    """Raise ValueError unless the bytes are one value, filled by those within it to the last byte.

    asn1crypto reads past bytes that stand after the last field of a sequence, so that a length
    could be changed unseen.
    """
    view = memoryview(data)
    ends = [len(view)]  # of the values that are open, outermost first
    at = 0
    while True:
        constructed, start, end = _head(view, at, ends[-1])
        if constructed:
            ends.append(end)
            at = start
        else:
            at = end
        while len(ends) > 1 and at == ends[-1]:
            ends.pop()
        if len(ends) == 1:
            break
    if at != len(view):
        raise ValueError("bytes after the value")


def size(data: bytes) -> int:
    """How many bytes the value at the beginning takes. Raises ValueError."""
    return _head(memoryview(data), 0, len(data))[2]


def _head(view: memoryview, at: int, limit: int) -> tuple[bool, int, int]:
    """Of the value at a place: whether values are within, where its content starts and ends."""
    if limit - at < 2:
        raise ValueError("a value is cut off")
    tag, length = view[at], view[at + 1]
    if tag == 0 or tag & LONG_TAG == LONG_TAG:
        raise ValueError("a tag that no signature has")
    start = at + 2
    if length & LONG_LENGTH:
        width = length - LONG_LENGTH
        digits = view[start : min(start + width, limit)]
        start += width
        length = int.from_bytes(digits, "big")
        # The shortest way to write it is the only one.
        if not 1 <= width <= 4 or len(digits) < width or length < 0x80 or digits[0] == 0:
            raise ValueError("a length in another form")
    if start + length > limit:
        raise ValueError("a value reaches beyond the one that holds it")
    return bool(tag & CONSTRUCTED), start, start + length
