"""Whether a failed call is tried again, and when. One layer retries: this one.

After the items `transient-errors-retried`, `backoff-with-jitter`, `retry-after-obeyed` and
`last-error-raised` of claude-engineering, and `hard-timeout` of claude-launch-18.
"""

import datetime as dt
import email.utils
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

from audits.probes.claude_errors import FUTILE_STATUSES, SPEND_CAPS, ApiFault, Situation


@dataclass(frozen=True)
class Practice:
    """`attempts` in all; waits of base, twice base, four times base seconds up to `cap_s`, plus a
    random share of up to `jitter` of each. A share of 0.25 keeps every gap at least 1.6 times the
    one before and spreads the first by 6% (standard deviation / mean), where 10% would spread it
    by 2.75%. With `full_jitter` the wait is anything from 0 up to that: for work that nobody waits
    for. `total_s` limits the whole call, its retries and pauses included."""

    attempts: int = 3
    base_s: float = 1.0
    cap_s: float = 8.0
    jitter: float = 0.25
    full_jitter: bool = False
    connect_s: float = 5.0
    total_s: float = 90.0
    max_bytes: int = 8 * 1_048_576

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError("attempts must be at least 1: without one there is no answer")


PRACTICE = Practice()
# Of the time of a run: it must be left with enough to say that a call took too long.
SHARE_OF_RUN = 0.8


def within(seconds: float) -> Practice:
    """For calls of a run that may take that long."""
    return replace(PRACTICE, total_s=min(PRACTICE.total_s, seconds * SHARE_OF_RUN))


def pause(fault: ApiFault, attempt: int, practice: Practice) -> float | None:
    """Seconds to wait after that attempt (the first is 1) failed; None when it was the last, or
    when the same request would only fail again."""
    if attempt >= practice.attempts or not is_transient(fault):
        return None
    if fault.retry_after_s is not None:
        return fault.retry_after_s
    wait = min(practice.base_s * 2 ** (attempt - 1), practice.cap_s)
    share = random.random()  # noqa: S311  # nosec B311: spreads waits, guards nothing
    return wait * share if practice.full_jitter else wait * (1 + practice.jitter * share)


def is_transient(fault: ApiFault) -> bool:
    if fault.status in FUTILE_STATUSES or fault.situation in SPEND_CAPS:
        return False
    if fault.status is None:
        return fault.situation in (Situation.TIMEOUT, Situation.CONNECTION)
    said = fault.reply.headers.get("x-should-retry") if fault.reply else None
    if said in ("true", "false"):
        return said == "true"
    return fault.status in (408, 409, 429) or fault.status >= 500


def retry_after_s(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """What the answer asks to wait, exactly: `retry-after-ms`, then `retry-after` in seconds or as
    an HTTP date. None when it asks nothing that can be read."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    said = headers.get("retry-after")
    seconds = _number(said)
    if seconds is not None or not said:
        return seconds
    try:
        until = email.utils.parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return max(0.0, (until - now).total_seconds())


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
