"""Lines over time: latencies with their threshold, spending with its budget."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from audits.charts.scales import Tick, TimeScale, ValueScale

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 708, 12, 190


@dataclass(frozen=True)
class Series:
    """`name` is its class in the drawing too: `p95`. A point without a value breaks the line."""

    name: str
    label: str
    points: Sequence[tuple[dt.datetime, Decimal | None]]


@dataclass(frozen=True)
class Line:
    """A threshold across the drawing, or a moment down it."""

    place: Decimal
    label: str


@dataclass(frozen=True)
class Drawn:
    """`path` is SVG's; `dots` are points whose neighbours have no value."""

    name: str
    label: str
    path: str
    dots: Sequence[tuple[Decimal, Decimal]]


@dataclass(frozen=True)
class Chart:
    lines: Sequence[Drawn]
    thresholds: Sequence[Line]
    moments: Sequence[Line]
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]

    width, height = WIDTH, HEIGHT
    left, right, top, bottom = LEFT, RIGHT, TOP, BOTTOM


def chart(
    series: Sequence[Series],
    *,
    since: dt.datetime,
    until: dt.datetime,
    thresholds: Sequence[tuple[Decimal, str]] = (),
    moments: Sequence[tuple[dt.datetime, str]] = (),
) -> Chart | None:
    """None where no series has a value between the two times, which is nothing to draw."""
    x = TimeScale(since, until, LEFT, RIGHT)
    inside = [
        Series(one.name, one.label, [point for point in one.points if x.holds(point[0])])
        for one in series
    ]
    values = [value for one in inside for _, value in one.points if value is not None]
    if not values:
        return None
    largest = max([*values, *(value for value, _ in thresholds)])
    y = ValueScale.up_to(max(largest, Decimal("0.01")), top=TOP, bottom=BOTTOM)
    return Chart(
        [_drawn(one, x, y) for one in inside],
        [Line(y.place(value), label) for value, label in thresholds],
        [Line(x.place(at), label) for at, label in moments if x.holds(at)],
        x.ticks(),
        y.ticks(),
    )


def _drawn(series: Series, x: TimeScale, y: ValueScale) -> Drawn:
    pieces, dots = [], []
    for piece in _unbroken(series.points):
        places = [(x.place(at), y.place(value)) for at, value in piece]
        if len(places) == 1:
            dots.append(places[0])
        else:
            pieces.append("M" + "L".join(f"{across} {down}" for across, down in places))
    return Drawn(series.name, series.label, "".join(pieces), dots)


def _unbroken(
    points: Sequence[tuple[dt.datetime, Decimal | None]],
) -> Iterator[list[tuple[dt.datetime, Decimal]]]:
    piece: list[tuple[dt.datetime, Decimal]] = []
    for at, value in points:
        if value is not None:
            piece.append((at, value))
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece
