"""The names and words that health endpoints use for the same few things."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

HEALTHY = frozenset({"healthy", "ok", "up", "pass", "passing", "degraded"})
UNHEALTHY = frozenset({"unhealthy", "down", "fail", "failing", "error"})
LIVE = frozenset({"alive", "live"})
READY = frozenset({"ready"})
NOT_READY = frozenset({"not ready", "notready", "not_ready", "unready", "not-ready"})
STATUS_NAMES = ("status", "state", "health")
LATENCY_NAMES = ("latency_ms", "latencyMs", "latency", "response_time_ms", "duration_ms")
TIME_NAMES = ("timestamp", "time", "checked_at", "checkedAt", "last_check", "at")
# What only the answer to a message holds.
PAID = ("usage", "output_tokens", "outputTokens", "stop_reason", "completion")


def pick(body: Any, names: Sequence[str]) -> Any:
    """The first of these fields that is there, also one object further in."""
    if not isinstance(body, dict):
        return None
    inner = [each for each in list(body.values())[:50] if isinstance(each, dict)]
    for place in (body, *inner):
        for name in names:
            if place.get(name) is not None:
                return place[name]
    return None


def word(body: Any, text: str) -> str:
    """What the answer calls the state, in lower case; the text itself where it is no JSON."""
    if isinstance(body, list) and body:
        body = body[0]
    found = pick(body, STATUS_NAMES) if isinstance(body, dict) else body
    if found is None and not isinstance(body, dict):
        found = text
    return str(found)[:40].strip().lower() if isinstance(found, str | bool) else ""


def moment(value: Any) -> dt.datetime | None:
    """A time as text, or as seconds or milliseconds since 1970; without a zone it is UTC."""
    try:
        if isinstance(value, str):
            at = dt.datetime.fromisoformat(value[:40])
            return at if at.tzinfo else at.replace(tzinfo=dt.UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if value > 10**11 else value
            return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
