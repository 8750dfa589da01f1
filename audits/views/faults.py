"""Faults of a text that somebody sent, each with its line."""

from collections.abc import Sequence

from checklist.faults import Fault

# A file of thousands of faults is mended from the top.
MOST = 100


def beside_lines(text: str, faults: Sequence[Fault]) -> list[tuple[Fault, str]]:
    """The first faults, and the lines of the text that they are in."""
    lines = text.splitlines() if faults else []
    return [
        (fault, lines[fault.line - 1][:500] if fault.line <= len(lines) else "")
        for fault in faults[:MOST]
    ]
