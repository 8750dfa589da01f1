"""What a snapshot says of evidence: pieces with their versions, what is stale, who shares."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]
# What a kind of evidence is called.
KINDS = {"link": "link", "file": "file", "note": "note", "run": "probe run"}


@dataclass(frozen=True)
class Piece:
    """A piece on one answer as it is now, or as it was removed, and its former versions, the
    latest first. `stale_since` is a date in ISO form, or empty."""

    row: Row
    former: tuple[Row, ...]
    stale_since: str


def is_current(row: Row) -> bool:
    return row["removed"] is None and row["replaced"] is None


def pieces(rows: list[Row], today: str) -> list[Piece]:
    """The rows of one answer, former versions below the one that came after them."""
    heads = [row for row in rows if row["replaced"] is None]
    keeper = {row["piece"]: row["id"] for row in sorted(heads, key=is_current)}
    former: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["replaced"] is not None:
            former[keeper.get(row["piece"], "")].insert(0, row)
    return [Piece(row, tuple(former[row["id"]]), stale_since(row, today)) for row in heads]


def stale_since(row: Row, today: str) -> str:
    """The first day on which a current piece was no longer good, if it is over; or nothing."""
    if not is_current(row) or row["expires_on"] is None or row["expires_on"] >= today:
        return ""
    return (date.fromisoformat(row["expires_on"]) + timedelta(days=1)).isoformat()


def count(rows: Iterable[Row], today: str) -> dict[str, int]:
    """How many pieces of each kind back the answers, each counted once, however many it backs;
    how many of them are stale; and how many rows were removed."""
    rows = list(rows)
    current = {row["piece"]: row for row in rows if is_current(row)}
    kinds = Counter(row["kind"] for row in current.values())
    removed = sum(1 for row in rows if row["removed"] is not None and row["replaced"] is None)
    stale = sum(1 for row in current.values() if stale_since(row, today))
    return {"link": 0, "file": 0, "note": 0, "run": 0, **kinds, "removed": removed, "stale": stale}
