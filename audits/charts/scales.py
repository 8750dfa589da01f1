"""From values to places in a drawing, and round figures to write beside them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# Distances of ticks in time, and how the ticks are written.
STEPS = (
    (HOUR, "%H:%M"),
    (3 * HOUR, "%H:%M"),
    (6 * HOUR, "%H:%M"),
    (DAY, "%-d %b"),
    (7 * DAY, "%-d %b"),
    (14 * DAY, "%-d %b"),
    (30 * DAY, "%-d %b"),
    (90 * DAY, "%b %Y"),
)
MOST_TICKS = 8
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Tick:
    """`place` is in the drawing's units."""

    place: Decimal
    label: str


@dataclass(frozen=True)
class TimeScale:
    """`since` is drawn at `left`, `until` at `right`; both are aware."""

    since: dt.datetime
    until: dt.datetime
    left: int
    right: int

    def place(self, at: dt.datetime) -> Decimal:
        share = Decimal(str((at - self.since) / (self.until - self.since)))
        return _rounded(self.left + share * (self.right - self.left))

    def holds(self, at: dt.datetime) -> bool:
        return self.since <= at <= self.until

    def ticks(self) -> list[Tick]:
        """At most eight, at full hours or days of UTC."""
        step, form = next(
            (each for each in STEPS if (self.until - self.since) / each[0] <= MOST_TICKS),
            STEPS[-1],
        )
        first = self.since.astimezone(dt.UTC)
        at = first - (first - EPOCH) % step + step
        found = []
        while at <= self.until:
            found.append(Tick(self.place(at), at.strftime(form)))
            at += step
        return found


@dataclass(frozen=True)
class ValueScale:
    """0 is drawn at `bottom`, `most` at `top`."""

    most: Decimal
    step: Decimal
    top: int
    bottom: int

    @classmethod
    def up_to(cls, largest: Decimal, *, top: int, bottom: int) -> "ValueScale":
        """With three to six round steps over the largest value."""
        step = next(each for each in _round_figures(largest) if largest / each <= 5)
        steps = (largest / step).to_integral_value(ROUND_CEILING)
        return cls(step * steps, step, top, bottom)

    def place(self, value: Decimal) -> Decimal:
        return _rounded(self.bottom - value / self.most * (self.bottom - self.top))

    def ticks(self) -> list[Tick]:
        count = int(self.most / self.step)
        values = [self.step * number for number in range(count + 1)]
        return [Tick(self.place(value), in_figures(value)) for value in values]


def in_figures(value: Decimal) -> str:
    """1200 as “1,200”, 0.50 as “0.5”."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _round_figures(largest: Decimal) -> Iterator[Decimal]:
    """1, 2 and 5 of every power of ten from far below the value on."""
    power = max(largest, Decimal("0.0001")).adjusted() - 2
    while True:
        for digit in (1, 2, 5):
            yield Decimal(digit).scaleb(power)
        power += 1


def _rounded(place: Decimal) -> Decimal:
    return place.quantize(Decimal("0.1"))
