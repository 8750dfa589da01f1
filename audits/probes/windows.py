"""The client's own limit of requests and tokens a minute: pure transitions over a sliding window.

After the items `limits-held-by-client` and `estimates-corrected` of claude-engineering: an entry a
call, whose estimate is replaced by what that call used. Times are seconds since the epoch.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

CHARACTERS_A_TOKEN = 4
MAX_TOKENS_WHEN_NOT_SET = 1_024


@dataclass(frozen=True)
class Limit:
    """What may go out within `seconds`."""

    requests: int = 50
    tokens: int = 100_000
    seconds: float = 60.0


@dataclass(frozen=True)
class Entry:
    """A call that went out at that time."""

    key: str
    at: float
    tokens: int


DEFAULT = Limit()
Window = tuple[Entry, ...]


def reserve(window: Window, entry: Entry, limit: Limit) -> tuple[Window, float]:
    """The window with the entry and 0, or without it and the seconds after which to ask again.

    Raises ValueError for an entry that is above the whole limit: waiting would not help.
    """
    if entry.tokens > limit.tokens or limit.requests < 1:
        raise ValueError(f"{entry.tokens:,} tokens are above the limit of {limit.tokens:,}")
    # An entry of the future is one from before the clock was put back.
    window = tuple(e for e in window if e.at <= entry.at < e.at + limit.seconds)
    requests, tokens = len(window), sum(e.tokens for e in window)
    if requests < limit.requests and tokens + entry.tokens <= limit.tokens:
        return (*window, entry), 0.0
    for leaving in window:
        requests, tokens = requests - 1, tokens - leaving.tokens
        if requests < limit.requests and tokens + entry.tokens <= limit.tokens:
            return window, leaving.at + limit.seconds - entry.at
    raise AssertionError("an empty window takes every entry within the limit")


def correct(window: Window, key: str, tokens: int) -> Window:
    """With what the call of that key really used."""
    return tuple(replace(e, tokens=tokens) if e.key == key else e for e in window)


def estimate(body: Mapping[str, Any]) -> int:
    """Tokens that a request of `POST /v1/messages` will count for, system prompt and tools
    included."""
    said = [body[name] for name in ("system", "tools", "messages") if name in body]
    prompt = len(json.dumps(said, ensure_ascii=False)) // CHARACTERS_A_TOKEN
    limit = body.get("max_tokens")
    return prompt + (limit if isinstance(limit, int) else MAX_TOKENS_WHEN_NOT_SET)
