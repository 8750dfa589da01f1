"""A strip of cells over time, such as what a probe said hour by hour; and a bar with marks."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from audits.charts.lines import LEFT, RIGHT, WIDTH
from audits.charts.scales import Tick, TimeScale, ValueScale

STRIP_HEIGHT, STRIP_BOTTOM = 66, 40
BAR_HEIGHT, BAR_TOP, BAR_BOTTOM = 74, 24, 44


@dataclass(frozen=True)
class Span:
    """What happened from `start` on for a step of the strip: `share` of the height is filled."""

    start: dt.datetime
    kind: str
    share: Decimal
    label: str


@dataclass(frozen=True)
class Cell:
    """A rectangle of the drawing."""

    x: Decimal
    y: Decimal
    width: Decimal
    height: Decimal
    kind: str
    label: str


@dataclass(frozen=True)
class Strip:
    cells: Sequence[Cell]
    ticks: Sequence[Tick]

    width, height, left, right, bottom = WIDTH, STRIP_HEIGHT, LEFT, RIGHT, STRIP_BOTTOM


def strip(
    spans: Iterable[Span], step: dt.timedelta, *, since: dt.datetime, until: dt.datetime
) -> Strip:
    """Spans outside the window are left out, and those at its ends are cut."""
    x = TimeScale(since, until, LEFT, RIGHT)
    cells = []
    for span in spans:
        start, end = max(span.start, since), min(span.start + step, until)
        if start >= end:
            continue
        left, right = x.place(start), x.place(end)
        height = (STRIP_BOTTOM * span.share).quantize(Decimal("0.1"))
        # A hair between two cells, where there is room for it.
        width = max(right - left - 1, Decimal("0.5"))
        cells.append(Cell(left, STRIP_BOTTOM - height, width, height, span.kind, span.label))
    return Strip(cells, x.ticks())


@dataclass(frozen=True)
class Mark:
    place: Decimal
    label: str


@dataclass(frozen=True)
class Bar:
    """`filled` is the width of the amount; `forecast` a place, or None."""

    filled: Decimal
    marks: Sequence[Mark]
    forecast: Decimal | None
    is_over: bool

    width, height, left, right = WIDTH, BAR_HEIGHT, LEFT, RIGHT
    top, bottom, length = BAR_TOP, BAR_BOTTOM, RIGHT - LEFT

    @property
    def is_forecast_at_the_end(self) -> bool:
        """Whether its word would hang over the drawing's right end."""
        return self.forecast is not None and self.forecast > RIGHT - 30


def bar(
    amount: Decimal, limit: Decimal, *, marks: Iterable[int], forecast: Decimal | None = None
) -> Bar:
    """An amount against a limit above 0, with marks at percentages of the limit."""
    most = max(amount, limit, forecast or limit)
    # Values grow to the right here: the scale's bottom is the left end.
    x = ValueScale(most, most, top=RIGHT, bottom=LEFT)
    return Bar(
        x.place(max(amount, Decimal(0))) - LEFT,
        [Mark(x.place(limit * mark / 100), f"{mark}%") for mark in marks],
        None if forecast is None else x.place(forecast),
        amount > limit,
    )
