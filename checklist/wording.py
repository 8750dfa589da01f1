"""Two versions of a text in one, word by word."""

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

WORD = re.compile(r"\S+\s*|\s+")
# Beyond it a comparison word by word costs more than it tells: old and new stand whole.
MAX_WORDS = 2_000
# So is one of few words that stand everywhere: how often a word of the one is one of the other.
# A thousand words of prose have 10,000 such pairs.
MAX_PAIRS = 30_000


class Piece(NamedTuple):
    """Some words of a text; `kind` says in which of the two versions they stand."""

    text: str
    kind: Literal["same", "removed", "added"]


def compare(old: str, new: str) -> list[Piece]:
    """Both texts in one, with the white space of the new one where they agree."""
    before, after = WORD.findall(old), WORD.findall(new)
    was, now = ([word.strip() for word in words] for words in (before, after))
    if len(was) + len(now) > MAX_WORDS or _pairs(was, now) > MAX_PAIRS:
        return [Piece(old, "removed"), Piece(new, "added")]
    pieces = []
    for what, i, j, k, m in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece("".join(after[k:m]), "same"))
            continue
        pieces.append(Piece("".join(before[i:j]), "removed"))
        pieces.append(Piece("".join(after[k:m]), "added"))
    return [piece for piece in pieces if piece.text]


def _pairs(was: list[str], now: list[str]) -> int:
    counts = Counter(now)
    return sum(counts[word] for word in was)
