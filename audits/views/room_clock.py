"""The clocks of a room: drawn by the server, and kept going by static/js/room-clock.js."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

# From here on it warns.
NEARLY = 0.8


@dataclass(frozen=True)
class Clock:
    """Counts up from `since`, which pages are told in server time; `aim` in seconds, 0 for none.
    `ended` is when it stopped."""

    id: str
    label: str
    since: dt.datetime | None
    aim: int
    ended: dt.datetime | None = None

    @property
    def seconds(self) -> int:
        if self.since is None:
            return 0
        return max(int(((self.ended or timezone.now()) - self.since).total_seconds()), 0)

    @property
    def tone(self) -> str:
        if not self.aim or self.seconds < self.aim * NEARLY:
            return ""
        return "over" if self.seconds >= self.aim else "nearly"

    @property
    def word(self) -> str:
        over = self.seconds - self.aim
        return {"": "", "nearly": "nearly over", "over": f"{spell(over)} over"}[self.tone]

    @property
    def time(self) -> str:
        return spell(self.seconds)

    @property
    def of(self) -> str:
        return spell(self.aim) if self.aim else ""


def spell(seconds: int) -> str:
    """Such as 4:05, or 1:04:05."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
