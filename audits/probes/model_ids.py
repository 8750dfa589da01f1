"""What a model's id says by itself: its generation, and whether it can ever name another model."""

import datetime as dt
import re
from enum import StrEnum

DATED = re.compile(r"claude-[a-z0-9-]*[a-z0-9]-(?P<date>20\d{6})")
DATELESS = re.compile(r"claude-[a-z]+-(?P<major>\d{1,2})(?:-(?P<minor>\d{1,2}))?")
# From this generation on the dateless id is the snapshot; before it, an alias that moves.
SNAPSHOTS_FROM = (4, 6)


class Pin(StrEnum):
    PINNED = "pinned"
    ALIAS = "alias"
    # No id of the Claude API: a gateway's own name, or a mistake.
    UNKNOWN = "unknown"


def pin(model: str) -> Pin:
    dated = DATED.fullmatch(model)
    if dated:
        return Pin.PINNED if _is_date(dated["date"]) else Pin.UNKNOWN
    found = generation(model)
    if found:
        return Pin.PINNED if found >= SNAPSHOTS_FROM else Pin.ALIAS
    return Pin.ALIAS if model.startswith("claude-") else Pin.UNKNOWN


def generation(model: str) -> tuple[int, int] | None:
    """`(4, 6)` of claude-sonnet-4-6, `(5, 0)` of claude-opus-5, dated or not; None when the name
    does not say."""
    match = DATELESS.fullmatch(re.sub(r"-20\d{6}$", "", model))
    return (int(match["major"]), int(match["minor"] or 0)) if match else None


# The least tokens of a prompt that is cached, by the family and generation of its model.
MINIMA = {
    ("opus", (5, 5)): 512,
    ("sonnet", (5, 5)): 512,
    ("haiku", (5, 5)): 512,
    ("opus", (5, 0)): 512,
    ("opus", (4, 8)): 1_024,
    ("sonnet", (5, 0)): 1_024,
    ("sonnet", (4, 6)): 1_024,
    ("sonnet", (4, 5)): 1_024,
    ("opus", (4, 7)): 2_048,
    ("opus", (4, 6)): 4_096,
    ("opus", (4, 5)): 4_096,
    ("haiku", (4, 5)): 4_096,
}
LARGEST_MINIMUM = max(MINIMA.values())


def cache_minimum(model: str) -> int | None:
    """In tokens; None for a model whose minimum is not published."""
    found = generation(model)
    return MINIMA.get((model.split("-")[1], found)) if found else None


def _is_date(digits: str) -> bool:
    try:
        dt.datetime.strptime(digits, "%Y%m%d").replace(tzinfo=dt.UTC)
    except ValueError:
        return False
    return True
