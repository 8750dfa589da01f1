"""What became of the evidence of one answer between two snapshots."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from audits.reports import text
from audits.reports.pieces import KINDS, Row, is_current, stale_since

# How a row of one snapshot is found in the other, the surest way first. Sealed before pieces
# had versions, a row is a piece of its own; of another audit, it is the same if it holds the same.
SAME = (
    lambda row: row["piece"],
    lambda row: row["id"],
    lambda row: (
        row["kind"],
        row["title"],
        row["url"],
        row["text"],
        row["filename"],
        row["sha256"],
    ),
)
CONTENT = ("title", "url", "filename", "text", "sha256", "speaks_of", "expires_on")
LONG = 120


def evidence(
    before: list[Row], after: list[Row], day_before: str, day_after: str
) -> list[dict[str, str]]:
    """`{"kind", "piece", "title", "detail"}` of each piece that backs the answer on one side only
    or says something else; the days are those on which the snapshots were taken."""
    removed = {row["id"]: row["removed"] for row in after if row["removed"]}
    found = []
    for was, is_now in _pairs(before, after):
        if is_now is None:
            found.append(_told("removed", was, _why(removed.get(was["id"]))))
        elif was is None:
            found.append(_told("added", is_now, _what(is_now)))
        elif was["version"] != is_now["version"] and was["piece"] == is_now["piece"]:
            versions = f"version {was['version']} → {is_now['version']}"
            found.append(_told("replaced", is_now, f"{versions}: {_what(is_now)}"))
        elif differing := [name for name in CONTENT if was[name] != is_now[name]]:
            told = "; ".join(_differs(name, was, is_now) for name in differing)
            found.append(_told("changed", is_now, told))
        elif stale_since(is_now, day_after) and not stale_since(was, day_before):
            since = text.day(stale_since(is_now, day_after))
            found.append(_told("stale", is_now, f"stale since {since}"))
    return found


def _pairs(before: list[Row], after: list[Row]) -> Iterator[tuple[Any, Any]]:
    """Rows that back the answer on both sides, then those of one side alone, with None."""
    left = [row for row in before if is_current(row)]
    right = [row for row in after if is_current(row)]
    for key in SAME:
        waiting = defaultdict(list)
        for row in left:
            waiting[key(row)].append(row)
        alone = []
        for row in right:
            if same := waiting[key(row)]:
                yield same.pop(0), row
            else:
                alone.append(row)
        left = [row for rows in waiting.values() for row in rows]
        right = alone
    yield from ((row, None) for row in left)
    yield from ((None, row) for row in right)


def _told(kind: str, row: Row, detail: str) -> dict[str, str]:
    return {"kind": kind, "piece": row["piece"], "title": row["title"], "detail": detail}


def _what(row: Row) -> str:
    """`file, load-test.pdf, 1.2 MB, speaks of 20 Nov 2026`."""
    size = text.size(row["size_bytes"]) if row["kind"] == "file" else ""
    # A note without a title has its first words for one.
    is_told = row["kind"] != "note" or row["text"].startswith(row["title"].rstrip("…"))
    words = "" if is_told else text.shorten(row["text"], LONG)
    about = (KINDS[row["kind"]], row["url"], row["filename"], size, words)
    return ", ".join(filter(None, (*about, f"speaks of {text.day(row['speaks_of'])}")))


def _why(removed: dict[str, str] | None) -> str:
    if removed is None:
        return ""
    reason = f": {removed['reason']}" if removed["reason"] else ""
    return f"by {removed['by']}{reason}"


def _differs(name: str, was: Row, is_now: Row) -> str:
    if name in ("text", "sha256"):
        return "another text" if name == "text" else "other bytes"
    if name in ("speaks_of", "expires_on"):
        label = {"speaks_of": "speaks of", "expires_on": "good until"}[name]
        days = [text.day(row[name]) if row[name] else "no end" for row in (was, is_now)]
        return f"{label} {' → '.join(days)}"
    return f"{was[name] or 'nothing'} → {is_now[name] or 'nothing'}"
