"""What is wrong with a file: where, what, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

# Enough to mend a file by; a hostile file has one in every other byte.
MAX_FAULTS = 1_000


@dataclass(frozen=True, order=True, slots=True)
class Fault:
    """`line` and `column` count from 1. `problem` and `remedy` are words without a full stop."""

    line: int
    column: int
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.problem}; {self.remedy}"


def shown(value: str, length: int = 60) -> str:
    """A value from a file, fit to stand in a line on a terminal."""
    line = "".join(character if character.isprintable() else " " for character in value[:500])
    line = " ".join(line.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


def suggest(word: str, allowed: list[str]) -> str:
    """The remedy for a word that is not among the `allowed`."""
    allowed = allowed[:50]
    choices = f"allowed are {shown(', '.join(allowed), 200)}"
    close = get_close_matches(word.lower()[:80], allowed, n=1)
    return f'did you mean "{close[0]}"? {choices}' if close else choices


class FaultyFile(Exception):
    """A file that is no checklist; `faults` holds what was found, in the order of the file.

    Beyond MAX_FAULTS the search ends and the last fault says so.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        some = list(islice(faults, MAX_FAULTS + 1))
        self.faults = sorted(some[:MAX_FAULTS])
        if len(some) > MAX_FAULTS:
            last = self.faults[-1]
            remedy = "mend those above first"
            self.faults.append(Fault(last.line, last.column, "there are more faults", remedy))
        super().__init__("\n".join(map(str, self.faults)))
