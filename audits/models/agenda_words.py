"""Days, lists and what a machine saw, as reasons and titles of an agenda say them."""

import datetime as dt

from audits.models.readings import Reading
from audits.models.told import stamp
from audits.reports import text


def day(date: dt.date | None) -> str:
    return f"{date.day} {date:%b %Y}" if date else "no day"


def listed(labels: list[str], most: int = 8) -> str:
    """`A1, A4 and 12 more`."""
    more = len(labels) - most
    return ", ".join(labels[:most]) + (f" and {more} more" if more > 0 else "")


def seen(word: Reading) -> str:
    """What the machine saw, where and when."""
    simulated = ", simulated" if word.simulated else ""
    at = text.moment(stamp(word.at))
    return f"{word.says} ({word.ref} on {word.environment.name}{simulated}, {at})"
