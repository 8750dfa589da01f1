"""Hours and days of what the probes saw, and what goes once they are written down.

Everything here can be done twice: whoever is killed in the middle is followed by one who does
the same once more.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db import models

from audits.models.rollups import RolledUp, Rollup, Sample
from audits.models.runs import ProbeRun
from audits.models.watches import Watch
from audits.probes.histogram import Histogram

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# A run that ended in the last second of an hour is stored some seconds later.
LATE = dt.timedelta(minutes=2)
# Longer than the task may take.
LEASE = dt.timedelta(minutes=11)
# Watches whose rows are read and written at once.
AT_ONCE = 500

PERIODS = {Rollup.Period.HOUR: HOUR, Rollup.Period.DAY: DAY}
COUNTS = ("passes", "fails", "inconclusives", "errors", "samples", "failed_samples")
OF_VERDICT = {"fail": "fails", "inconclusive": "inconclusives", "pass": "passes"}  # nosec B105: verdicts
KINDS = ("ttft", "total")
FIGURES = tuple(f"{kind}_p{percent}_ms" for kind in KINDS for percent in (50, 95, 99))


def is_due(now: dt.datetime) -> bool:
    """Whether an hour is over that is not rolled up, and nobody is about to."""
    row = RolledUp.objects.filter(period=Rollup.Period.HOUR).first()
    if row is None or row.until is None:
        return True
    is_held = row.lease_until is not None and now < row.lease_until < now + 2 * LEASE
    return not is_held and (row.until + HOUR + LATE <= now or row.until > now)


def roll_up(now: dt.datetime, let_go: Callable[[dt.datetime, dt.datetime], None]) -> bool:
    """Roll up every hour and day that is over; False where another worker is at it.

    `let_go(now, until)` is called then: what ended before `until` is in the roll-ups.
    """
    for period in PERIODS:
        RolledUp.objects.get_or_create(period=period)
    mine = RolledUp.objects.filter(period=Rollup.Period.HOUR)
    is_free = models.Q(lease_until=None) | ~models.Q(lease_until__range=(now, now + 2 * LEASE))
    if not mine.filter(is_free).update(lease_until=now + LEASE):
        return False
    try:
        until = _advance(Rollup.Period.HOUR, now - LATE, _roll_hour)
        _advance(Rollup.Period.DAY, until, _roll_day)
        let_go(now, until)
    finally:
        mine.update(lease_until=None)
    return True


def _advance(
    period: Rollup.Period, end: dt.datetime, roll: Callable[[dt.datetime], None]
) -> dt.datetime:
    """Roll up each of the periods that is over at `end`; until when they are rolled up now."""
    row, step = RolledUp.objects.get(period=period), PERIODS[period]
    # A time to come is from before the clock was set back.
    until = min(row.until or _first(end), _floor(end, step))
    until = _floor(until, step)
    while until + step <= end:
        roll(until)
        until += step
        RolledUp.objects.filter(period=period).update(until=until)
    RolledUp.objects.filter(period=period).update(until=until)
    return until


def _first(end: dt.datetime) -> dt.datetime:
    return ProbeRun.objects.aggregate(first=models.Min("finished_at"))["first"] or end


def _floor(at: dt.datetime, step: dt.timedelta) -> dt.datetime:
    at = at.astimezone(dt.UTC)
    return at - (at - dt.datetime(2000, 1, 1, tzinfo=dt.UTC)) % step


def _roll_hour(start: dt.datetime) -> None:
    ran = Watch.objects.filter(verdict_at__gte=start).order_by("pk").values_list("pk", flat=True)
    for watches in _chunks(ran):
        rows = _Rows(Rollup.Period.HOUR, start)
        _count_runs(rows, watches, start)
        _count_samples(rows, watches, start)
        _write(rows)


def _count_runs(rows: dict[int, Rollup], watches: Sequence[int], start: dt.datetime) -> None:
    runs = ProbeRun.objects.filter(
        watch__in=watches, finished_at__gte=start, finished_at__lt=start + HOUR
    )
    counted = runs.order_by().values("watch", "verdict").annotate(number=models.Count("pk"))
    for found in counted:
        column = OF_VERDICT.get(found["verdict"], "errors")
        setattr(rows[found["watch"]], column, found["number"])


def _count_samples(rows: dict[int, Rollup], watches: Sequence[int], start: dt.datetime) -> None:
    samples = Sample.objects.filter(watch__in=watches, at__gte=start, at__lt=start + HOUR)
    taken: dict[tuple[int, str], list[Decimal]] = defaultdict(list)
    columns = ("watch", "ttft_ms", "total_ms")
    for watch, ttft, total in samples.order_by().values_list(*columns):
        if total is None:
            rows[watch].failed_samples += 1
            continue
        rows[watch].samples += 1
        taken[watch, "total"].append(total)
        if ttft is not None:
            taken[watch, "ttft"].append(ttft)
    for (watch, kind), durations in taken.items():
        rows[watch].histograms[kind] = Histogram.of(durations).as_json()


def _roll_day(start: dt.datetime) -> None:
    """From its hours, whose histograms add up."""
    hours = Rollup.objects.filter(
        period=Rollup.Period.HOUR, start__gte=start, start__lt=start + DAY
    )
    watches = hours.order_by("watch").values_list("watch", flat=True).distinct()
    for chunk in _chunks(watches):
        rows = _Rows(Rollup.Period.DAY, start)
        for hour in hours.filter(watch__in=chunk):
            row = rows[hour.watch_id]
            for column in COUNTS:
                setattr(row, column, getattr(row, column) + getattr(hour, column))
            row.histograms = _merged(row.histograms, hour.histograms)
        _write(rows)


def _merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    merged = {}
    for kind in first | second:
        histogram = Histogram.from_json(first.get(kind, {}))
        histogram.merge(Histogram.from_json(second.get(kind, {})))
        merged[kind] = histogram.as_json()
    return merged


class _Rows(dict[int, Rollup]):
    """Watch's primary key -> its roll-up, made when it is first asked for."""

    def __init__(self, period: Rollup.Period, start: dt.datetime) -> None:
        super().__init__()
        self.period, self.start = period, start

    def __missing__(self, watch: int) -> Rollup:
        row = Rollup(watch_id=watch, period=self.period, start=self.start, histograms={})
        self[watch] = row
        return row


def _write(rows: dict[int, Rollup]) -> None:
    for row in rows.values():
        for kind, data in row.histograms.items():
            histogram = Histogram.from_json(data)
            for percent in (50, 95, 99):
                setattr(row, f"{kind}_p{percent}_ms", histogram.percentile(percent))
    Rollup.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["watch", "period", "start"],
        update_fields=[*COUNTS, *FIGURES, "histograms"],
        batch_size=200,
    )


def _chunks(pks: Iterable[int]) -> Iterator[list[int]]:
    given = list(pks)
    for place in range(0, len(given), AT_ONCE):
        yield given[place : place + AT_ONCE]
