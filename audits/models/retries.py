"""When the report of a seal that could not be made is tried again, by what its row counts.

A try is as many claims as workers may die at, and the one that gives up. `attempts` of the next
try goes on after that of the last, so that it counts both: tries that failed, and claims."""

import datetime as dt
from typing import TYPE_CHECKING

from audits.models.leases import MAX_ATTEMPTS

if TYPE_CHECKING:
    from audits.models.reports import Report

CLAIMS = MAX_ATTEMPTS + 1
FIRST = dt.timedelta(minutes=1)
LONGEST = dt.timedelta(hours=1)
# After so many the wait is the longest one: there is no need to count on.
MOST_TRIES = 7


def killed_its_workers(attempts: int) -> bool:
    return attempts % CLAIMS == 0


def attempts_before_next_try(attempts: int) -> int:
    return CLAIMS * _tries(attempts)


def wait_after(attempts: int) -> dt.timedelta:
    """A minute, twice as long after each failure, up to an hour."""
    return min(FIRST * 2 ** (_tries(attempts) - 1), LONGEST)


def is_due(report: "Report", now: dt.datetime) -> bool:
    at = report.tried_again_at
    if at is None or report.finished_at is None:
        return False
    # It failed later than now only where the clock was set back since.
    return at <= now or report.finished_at > now


def _tries(attempts: int) -> int:
    return min(attempts // CLAIMS + 1, MOST_TRIES)
