"""What a watch saw over time, as drawings and, the same again, as figures in tables."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count
from django.utils import timezone

from audits.charts.lines import Chart, Series, chart
from audits.charts.strips import Bar, Span, Strip, bar, strip
from audits.models import Release, Watch
from audits.models.past import DAY, PERCENTILES, WINDOWS, Past, Step, Window, past, percentile
from audits.probes.base import GRAVEST, Measure, Policy, Verdict
from audits.probes.findings import from_json
from audits.probes.histogram import Histogram
from audits.probes.percentiles import LEAST

# How high the cells of the verdicts are: told apart without colours too.
SHARES = {
    Verdict.PASS.value: Decimal("0.35"),
    Verdict.INCONCLUSIVE.value: Decimal("0.55"),
    Verdict.ERROR.value: Decimal("0.75"),
    Verdict.FAIL.value: Decimal(1),
}
# A threshold far above what was measured would press the lines flat: it is told in words then.
FAR = 4
RELEASES, KINDS = 20, 6
NAMES = {"ttft": "Time to first token", "total": "Total time"}


@dataclass(frozen=True)
class Figures:
    """`values` are of PERCENTILES, None where there are too few calls to tell."""

    label: str
    calls: int
    values: Sequence[Decimal | None]
    too_few: str


@dataclass(frozen=True)
class Timing:
    """One of the two times. `chart` is None where nothing was measured."""

    name: str
    title: str
    chart: Chart | None
    whole: Figures
    far: str
    has_limit: bool


@dataclass(frozen=True)
class Row:
    """A step of the table: each cell as its column is called."""

    start: dt.datetime
    calls: int
    failed: int
    ttft: Sequence[Decimal | None]
    total: Sequence[Decimal | None]


@dataclass(frozen=True)
class LatencyPanel:
    past: Past
    step: str
    timings: Sequence[Timing]
    errors: Strip
    failed: int
    kinds: Sequence[tuple[str, int]]
    releases: Sequence[Release]
    rows: Sequence[Row]


@dataclass(frozen=True)
class VerdictPanel:
    past: Past
    step: str
    strip: Strip
    counts: Sequence[tuple[str, int]]
    rows: Sequence[tuple[dt.datetime, Sequence[int]]]


@dataclass(frozen=True)
class SpendPanel:
    """Of the month `period`; dollars as the cost report tells them."""

    bar: Bar
    spent: Decimal
    budget: Decimal
    percent: int
    forecast: Decimal | None
    period: str
    at: dt.datetime
    marks: Sequence[tuple[int, Decimal, bool]]


def window_of(name: str | None) -> Window:
    return WINDOWS.get(name or "", WINDOWS["24h"])


def latency_panel(watch: Watch | None, seen: Past | None = None) -> LatencyPanel | None:
    """None for no watch, and before its first call."""
    if watch is None or watch.verdict_at is None:
        return None
    seen = seen or past(watch, WINDOWS["24h"], timezone.now())
    whole = seen.whole
    if not whole.calls + whole.failed:
        return None
    project = watch.environment.project
    releases = list(project.releases.filter(at__gte=seen.since)[:RELEASES])
    limit = watch.environment.p95_ms
    return LatencyPanel(
        seen,
        in_words(seen.step),
        [
            _timing("ttft", seen, whole.ttft, releases, None),
            _timing("total", seen, whole.total, releases, limit),
        ],
        _errors(seen),
        whole.failed,
        _kinds(watch, seen),
        releases,
        [_row(step) for step in seen.steps if step.calls + step.failed],
    )


def _timing(
    name: str, seen: Past, whole: Histogram, releases: Sequence[Release], limit: int | None
) -> Timing:
    values = _percentiles(whole)
    # The median of all is there as soon as anything is.
    is_far = limit is not None and limit > FAR * max([v for v in values if v] or [Decimal(0)])
    thresholds = [(Decimal(limit), f"p95 at most {limit:,} ms")] if limit and not is_far else []
    drawn = chart(
        [
            Series(f"p{percent}", f"p{percent}", list(_points(name, percent, seen)))
            for percent in PERCENTILES
        ],
        since=seen.since,
        until=seen.until,
        thresholds=thresholds,
        moments=[(release.at, f"Release {release.name}") for release in releases],
    )
    return Timing(
        name,
        NAMES[name],
        drawn,
        Figures(NAMES[name], whole.total, values, _too_few(whole.total)),
        f"p95 at most {limit:,} ms is asked: far above this drawing." if is_far else "",
        bool(thresholds),
    )


def _points(name: str, percent: int, seen: Past) -> Iterator[tuple[dt.datetime, Decimal | None]]:
    """In the middle of each step; a step without calls breaks the line."""
    last = None
    for step in seen.steps:
        if last is not None and step.start - last > seen.step:
            yield last + seen.step, None
        last = step.start
        middle = max(step.start, seen.since) + seen.step / 2
        yield min(middle, seen.until), percentile(getattr(step, name), percent)


def _too_few(calls: int) -> str:
    """“too few samples for p99: 34 of 100 needed”"""
    missing = [percent for percent in PERCENTILES if calls < LEAST[percent]]
    return ", ".join(
        f"too few samples for p{percent}: {calls} of {LEAST[percent]} needed"
        for percent in missing
    )


def _row(step: Step) -> Row:
    ttft, total = _percentiles(step.ttft), _percentiles(step.total)
    return Row(step.start, step.calls, step.failed, ttft, total)


def _percentiles(times: Histogram) -> list[Decimal | None]:
    return [percentile(times, percent) for percent in PERCENTILES]


def _errors(seen: Past) -> Strip:
    """A cell where calls were made: full where all of them failed."""
    spans = []
    for step in seen.steps:
        if not (calls := step.calls + step.failed):
            continue
        kind = "fail" if step.failed else "pass"
        share = max(Decimal(step.failed) / calls, Decimal("0.15"))
        label = f"{step.start:%-d %b %H:%M}: {step.failed} of {calls} calls failed"
        spans.append(Span(step.start, kind, share, label))
    return strip(spans, seen.step, since=seen.since, until=seen.until)


def _kinds(watch: Watch, seen: Past) -> list[tuple[str, int]]:
    """What the calls that failed said, of those that are still kept one by one."""
    failed = watch.samples.filter(at__gte=seen.since).exclude(error="").order_by()
    counted = failed.values_list("error").annotate(number=Count("pk"))
    return list(counted.order_by("-number", "error")[:KINDS])


def verdict_panel(seen: Past) -> VerdictPanel | None:
    """None where nothing ran."""
    whole = seen.whole.verdicts
    if not whole.total():
        return None
    ran = [step for step in seen.steps if step.verdicts.total()]
    return VerdictPanel(
        seen,
        in_words(seen.step),
        strip((_verdicts(step) for step in ran), seen.step, since=seen.since, until=seen.until),
        [(verdict.value, whole[verdict]) for verdict in GRAVEST if whole[verdict]],
        [(step.start, [step.verdicts[verdict] for verdict in GRAVEST]) for step in ran],
    )


def _verdicts(step: Step) -> Span:
    gravest = next(verdict.value for verdict in GRAVEST if step.verdicts[verdict])
    counts = ", ".join(f"{step.verdicts[v]} {v.value}" for v in GRAVEST if step.verdicts[v])
    return Span(step.start, gravest, SHARES[gravest], f"{step.start:%-d %b %H:%M}: {counts}")


def spend_panel(watch: Watch | None) -> SpendPanel | None:
    """What the last run saw; None where it saw no spending or there is no budget."""
    run = watch.last_run if watch else None
    if run is None or not run.finding or run.finished_at is None:
        return None
    finding = from_json(run.finding)
    found: dict[str, Measure] = {}
    for measure in (*finding.measures, *(m for check in finding.checks for m in check.measures)):
        found.setdefault(measure.name, measure)
    spent, budget = _money(found.get("spent")), _money(found.get("budget"))
    if spent is None or not budget:
        return None
    forecast = _money(found.get("forecast"))
    marks = Policy().budget_marks
    return SpendPanel(
        bar(spent, budget, marks=marks, forecast=forecast),
        spent,
        budget,
        int(spent * 100 / budget),
        forecast,
        str(found["period"].value) if "period" in found else "",
        run.finished_at,
        [(mark, budget * mark / 100, spent >= budget * mark / 100) for mark in marks],
    )


def _money(measure: Measure | None) -> Decimal | None:
    return Decimal(str(measure.value)) if measure else None


def in_words(step: dt.timedelta) -> str:
    """“hour”, “3 hours”, “7 days”."""
    count, unit = (step // DAY, "day") if step >= DAY else (step // dt.timedelta(hours=1), "hour")
    return unit if count == 1 else f"{count} {unit}s"
