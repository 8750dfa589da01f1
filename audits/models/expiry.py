"""Until when evidence is good."""

import datetime as dt
from typing import Any

from django.utils import timezone

from audits.models.errors import Refused
from audits.models.teams import Team

# Of a row that backs an answer now.
CURRENT = {"removed_at": None, "replaced_at": None}


def stale() -> dict[str, Any]:
    """Of a row whose last good day is over."""
    return CURRENT | {"expires_on__lt": timezone.localdate()}


class Days:
    """The day that evidence speaks of, and the last day on which it is good: given by a person,
    or else today and what the team's rule for its kind says."""

    def __init__(self, speaks_of: dt.date | None = None, expires_on: dt.date | None = None):
        self.speaks_of = speaks_of
        self.expires_on = expires_on

    def checked(self, team: Team, kind: str) -> "Days":
        today = timezone.localdate()
        speaks_of = self.speaks_of or today
        if speaks_of > today + dt.timedelta(days=1):
            raise Refused("Evidence cannot speak of a day to come.", field="speaks_of")
        if self.expires_on is None:
            return Days(speaks_of, default_end(team, kind, speaks_of))
        return Days(speaks_of, check_end(self.expires_on, speaks_of))


def default_end(team: Team, kind: str, speaks_of: dt.date) -> dt.date | None:
    """The last good day by the team's rule for the kind; None: it never grows stale."""
    days = getattr(team, f"{kind}_days")
    try:
        return None if days is None else speaks_of + dt.timedelta(days=days)
    except OverflowError:
        return None


def check_end(last: dt.date, speaks_of: dt.date) -> dt.date:
    if last < speaks_of:
        raise Refused(
            "It would be stale before the day that it speaks of. Choose a later day.", "expires_on"
        )
    return last
