"""What a watch saw over a time, in steps: from the roll-ups, and from rows where there are none
yet. A few queries, however long the time is."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from audits.models.rollups import RolledUp, Rollup
from audits.models.watches import Watch
from audits.probes.histogram import Histogram
from audits.probes.percentiles import LEAST

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
PERCENTILES = tuple(LEAST)


@dataclass(frozen=True)
class Window:
    """How far back; a step is the first of `steps` in which p95 can be told, or the last."""

    name: str
    label: str
    length: dt.timedelta
    steps: tuple[dt.timedelta, ...]

    @property
    def is_long(self) -> bool:
        """Hours do not reach back so far: days do."""
        return self.length > 7 * DAY


WINDOWS = {
    window.name: window
    for window in (
        Window("24h", "24 hours", DAY, (HOUR, 3 * HOUR)),
        Window("7d", "7 days", 7 * DAY, (3 * HOUR, 6 * HOUR, 12 * HOUR)),
        Window("90d", "90 days", 90 * DAY, (DAY, 3 * DAY, 7 * DAY)),
        Window("1y", "1 year", 365 * DAY, (7 * DAY, 14 * DAY)),
    )
}


@dataclass
class Step:
    """`verdicts` counts runs, `calls` those that were answered and `failed` those that were not;
    the histograms are of the former."""

    start: dt.datetime
    verdicts: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    failed: int = 0
    ttft: Histogram = field(default_factory=Histogram)
    total: Histogram = field(default_factory=Histogram)

    def add(self, other: "Step") -> None:
        self.verdicts.update(other.verdicts)
        self.calls += other.calls
        self.failed += other.failed
        self.ttft.merge(other.ttft)
        self.total.merge(other.total)


@dataclass(frozen=True)
class Past:
    """`steps` are those in which something ran, the oldest first, each `step` long."""

    window: Window
    since: dt.datetime
    until: dt.datetime
    step: dt.timedelta
    steps: tuple[Step, ...]

    @property
    def whole(self) -> Step:
        return _sum(self.since, self.steps)


def past(watch: Watch, window: Window, now: dt.datetime) -> Past:
    """The window that ends now."""
    since = now - window.length
    pieces = list(_pieces(watch, since, is_long=window.is_long))
    calls = sum(piece.calls for piece in pieces)
    step = next(
        (each for each in window.steps if calls / (window.length / each) >= LEAST[95]),
        window.steps[-1] if calls else window.steps[0],
    )
    return Past(window, since, now, step, tuple(_in_steps(pieces, step)))


def percentile(histogram: Histogram, percent: int) -> Decimal | None:
    """None where there are too few to tell."""
    return histogram.percentile(percent) if histogram.total >= LEAST[percent] else None


def _sum(start: dt.datetime, steps: Iterable[Step]) -> Step:
    whole = Step(start)
    for step in steps:
        whole.add(step)
    return whole


def _in_steps(pieces: Iterable[Step], step: dt.timedelta) -> Iterator[Step]:
    found: dict[dt.datetime, Step] = {}
    for piece in pieces:
        start = piece.start - (piece.start - EPOCH) % step
        found.setdefault(start, Step(start)).add(piece)
    return iter(sorted(found.values(), key=lambda each: each.start))


def _pieces(watch: Watch, since: dt.datetime, *, is_long: bool) -> Iterator[Step]:
    """Days where hours are gone already, then hours, then what is not rolled up yet."""
    ends = dict(RolledUp.objects.values_list("period", "until"))
    start = since
    for period in (Rollup.Period.DAY, Rollup.Period.HOUR):
        end = ends.get(period)
        if end is None or end <= start or (period == Rollup.Period.DAY and not is_long):
            continue
        length = DAY if period == Rollup.Period.DAY else HOUR
        rows = watch.rollups.filter(period=period, start__gt=start - length, start__lt=end)
        yield from (_of_rollup(row) for row in rows)
        start = end
    yield from _rows_since(watch, start)


def _of_rollup(row: Rollup) -> Step:
    counts = {
        "pass": row.passes,
        "fail": row.fails,
        "inconclusive": row.inconclusives,
        "error": row.errors,
    }
    histograms = (Histogram.from_json(row.histograms.get(kind, {})) for kind in ("ttft", "total"))
    return Step(row.start, Counter(counts), row.samples, row.failed_samples, *histograms)


def _rows_since(watch: Watch, start: dt.datetime) -> Iterator[Step]:
    done = watch.runs.filter(state="done", finished_at__gte=start).order_by()
    for at, verdict in done.values_list("finished_at", "verdict"):
        if at:
            yield Step(at, Counter([verdict]))
    samples = watch.samples.filter(at__gte=start).order_by()
    for at, ttft, total in samples.values_list("at", "ttft_ms", "total_ms"):
        if total is None:
            yield Step(at, failed=1)
        else:
            first = Histogram.of([] if ttft is None else [ttft])
            yield Step(at, calls=1, ttft=first, total=Histogram.of([total]))
