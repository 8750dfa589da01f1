"""When an alert is due. Pure: from what runs said and what was told last."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from audits.alerts.base import Kind, Severity
from audits.probes.base import Kind as EnvironmentKind
from audits.probes.base import Verdict

# How many runs in a row must agree before people are told.
ENOUGH = {Verdict.FAIL: 2, Verdict.PASS: 2}
TELLS = {Verdict.FAIL: Kind.FAILING, Verdict.PASS: Kind.RECOVERED}
# Of one watch at most one alert within this time.
QUIET = dt.timedelta(minutes=10)
SEVERITIES = {
    EnvironmentKind.PRODUCTION: Severity.CRITICAL,
    EnvironmentKind.STAGING: Severity.WARNING,
    EnvironmentKind.DEVELOPMENT: Severity.INFO,
}


@dataclass(frozen=True)
class Told:
    """The last alert of a watch: FAILING or RECOVERED, and when."""

    kind: Kind
    at: dt.datetime


def settled(history: Sequence[Verdict]) -> Verdict | None:
    """What the latest runs agree on, the last one being the newest; None while they do not.

    A run that saw nothing says neither that it fails nor that it is well again: it is left out.
    """
    seen = [verdict for verdict in history if verdict in ENOUGH]
    if not seen:
        return None
    tail = seen[-ENOUGH[seen[-1]] :]
    agree = len(tail) == ENOUGH[seen[-1]] and len(set(tail)) == 1
    return seen[-1] if agree else None


def wanted(history: Sequence[Verdict], told: Told | None) -> Kind | None:
    """What would be told if there were no quiet time: a failure after anything but a failure, a
    recovery after a failure that was told."""
    verdict = settled(history)
    if verdict is None:
        return None
    failing = told is not None and told.kind is Kind.FAILING
    if failing == (verdict is Verdict.FAIL):
        return None
    return TELLS[verdict]


def decide(history: Sequence[Verdict], told: Told | None, now: dt.datetime) -> Kind | None:
    """The alert that is due now."""
    # One from the time to come was told before the clock was set back.
    if told is not None and told.at <= now < told.at + QUIET:
        return None
    return wanted(history, told)


def reached(used: Decimal, told: Iterable[int], marks: Collection[int]) -> int | None:
    """The highest mark of the budget that `used` percent reached and nobody was told of yet, nor
    of a higher one."""
    highest = max((mark for mark in marks if mark <= used), default=0)
    return highest if highest > max(told, default=0) else None


def severity_of_mark(mark: int) -> Severity:
    if mark >= 100:
        return Severity.CRITICAL
    return Severity.WARNING if mark >= 80 else Severity.INFO
