"""A text in the pieces in which a stream sends it."""

from collections.abc import Iterator

WORDS_A_PIECE = 2


def pieces_of(text: str) -> Iterator[str]:
    """What came in one delta each; together they are the text."""
    words = text.split(" ")
    for start in range(0, len(words), WORDS_A_PIECE):
        end = start + WORDS_A_PIECE
        yield " ".join(words[start:end]) + (" " if end < len(words) else "")
