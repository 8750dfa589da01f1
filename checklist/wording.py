"""Two versions of a text in one, word by word."""

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

WORD = re.compile(r"\S+\s*|\s+")
# Beyond it a comparison word by word costs more than it tells: old and new stand whole.
MAX_WORDS = 2_000


class Piece(NamedTuple):
    """Some words of a text; `kind` says in which of the two versions they stand."""

    text: str
    kind: Literal["same", "removed", "added"]


def compare(old: str, new: str) -> list[Piece]:
    """Both texts in one, with the white space of the new one where they agree."""
    before, after = WORD.findall(old), WORD.findall(new)
    if len(before) + len(after) > MAX_WORDS:
        return [Piece(old, "removed"), Piece(new, "added")]
    was, now = ([word.strip() for word in words] for words in (before, after))
    pieces = []
    for what, i, j, k, m in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece("".join(after[k:m]), "same"))
            continue
        pieces.append(Piece("".join(before[i:j]), "removed"))
        pieces.append(Piece("".join(after[k:m]), "added"))
    return [piece for piece in pieces if piece.text]
