"""How long calls took, and how they lay in time."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from audits.probes.base import Check, Measure, Strength
from audits.probes.logs.errors import TIMEOUT
from audits.probes.logs.judging import FOR_P95, FOR_P99, Log, absent, percentile, question
from audits.probes.logs.records import Record
from audits.probes.naming import shown_model
from audits.probes.saying import failed, passed, unclear
from audits.probes.words import counted, listed

MOST_MODELS = 8
# Of the sources: a call ends within 60 to 120 s; a little of it is the clock's.
LONGEST_CALL_MS = 125_000
CACHE_LIFE_S = 300
NEEDED = {"p50": (0.50, 1), "p95": (0.95, FOR_P95), "p99": (0.99, FOR_P99)}


def _latencies(records: Iterable[Record]) -> dict[str, list[float]]:
    """Sorted, by model; those with the most samples first."""
    found: dict[str, list[float]] = defaultdict(list)
    for record in records:
        if record.latency_ms is not None and not record.batch:
            found[shown_model(record.name)].append(record.latency_ms)
    most = sorted(found.items(), key=lambda each: -len(each[1]))[:MOST_MODELS]
    return {model: sorted(values) for model, values in most}


def _figures(name: str, values: list[float]) -> list[Measure]:
    figures = [Measure(f"{name}, samples", len(values))]
    for share, (part, least) in NEEDED.items():
        if len(values) >= least:
            figures.append(Measure(f"{name}, {share}", percentile(values, part), "ms"))
    return figures


def percentiles(log: Log) -> Check:
    aspect = "percentiles"
    found = _latencies(log.good)
    if not found or not log.has("model"):
        return absent(aspect, log, "model", "latency")
    measures = tuple(each for model, values in found.items() for each in _figures(model, values))
    few = [model for model, values in found.items() if len(values) < FOR_P99]
    if len(few) == len(found):
        says = f"Too few samples for p50, p95 and p99 of {listed(few)}."
        return unclear(aspect, says, f"Send {FOR_P99} lines of a model or more.", *measures)
    says = f"p50, p95 and p99 can be told for {counted(len(found) - len(few), 'model')}"
    says += f"; too few samples of {listed(few)}." if few else "."
    return passed(aspect, says, *measures)


def p95(log: Log) -> Check:
    """Of calls without streaming; of all where the log does not tell."""
    aspect = "p95"
    if not log.has("latency"):
        return absent(aspect, log, "latency")
    found = _latencies(each for each in log.records if not each.stream)
    judged = {model: values for model, values in found.items() if len(values) >= FOR_P95}
    if not judged:
        says = f"Too few samples: no model has {FOR_P95} calls without streaming."
        return unclear(aspect, says, "Send more lines.")
    measures = tuple(each for model, values in judged.items() for each in _figures(model, values))
    over = [m for m, values in judged.items() if percentile(values, 0.95) > log.p95_ms]
    if over:
        says = f"p95 is above {log.p95_ms:,} ms for {listed(over)}."
        step = "Look at prompt size, caching, model, max_tokens and effort, in this order."
        return failed(aspect, says, step, *measures)
    says = f"p95 is within {log.p95_ms:,} ms for {counted(len(judged), 'model')}."
    return passed(aspect, says, *measures)


def first_token(log: Log) -> Check:
    aspect = "first-token"
    if not log.has("ttft", "latency"):
        return absent(aspect, log, "ttft", "latency")
    values = sorted(each.ttft_ms for each in log.good if each.ttft_ms is not None)
    streamed = [each for each in log.good if each.stream]
    without = sum(each.ttft_ms is None for each in streamed)
    measures = tuple(_figures("time to first token", values)) if values else ()
    if without:
        says = f"{without:,} of {counted(len(streamed), 'streamed call')} lack it."
        return failed(aspect, says, "Log it at the first delta of every stream.", *measures)
    says = f"{counted(len(values), 'call')} have time to first token and total."
    return passed(aspect, says, *measures)


def timeouts(log: Log) -> Check:
    aspect = "timeouts"
    times = [r.latency_ms for r in log.records if r.latency_ms is not None and not r.batch]
    if not times:
        return absent(aspect, log, "latency")
    ended = [r for r in log.failed if r.kind == TIMEOUT and r.status is None]
    measures = (
        Measure("longest call", round(max(times)), "ms"),
        Measure("ended by a timeout", len(ended)),
    )
    over = sum(each > LONGEST_CALL_MS for each in times)
    if over:
        says = f"{counted(over, 'call')} took longer than 120 s."
        step = "Set a total limit of 60 to 120 s; the SDK's own is 600 s."
        return failed(aspect, says, step, *measures)
    if any(each.latency_ms for each in ended):
        says = f"{counted(len(ended), 'call')} ended by a timeout, none after more than 120 s."
        return passed(aspect, says, *measures)
    says = "No call took longer than 120 s, and none was ended by a timeout."
    step = "Let a stand-in hang, and see the client close within the limit."
    return unclear(aspect, says, step, *measures)


def cache_warm(log: Log) -> Check:
    aspect = "cache-warm"
    if not log.has("at", "cache_read"):
        return absent(aspect, log, "at", "cache_read")
    users = [r for r in log.good if (r.cache_read or r.cache_write) and r.at is not None]
    by_feature: dict[tuple[str, str], list[float]] = defaultdict(list)
    for record in users:
        by_feature[record.feature, record.name].append(record.at or 0)
    gaps = sorted(b - a for times in by_feature.values() for a, b in pairwise(times))
    if len(gaps) < FOR_P95:
        says = f"Fewer than {FOR_P95} gaps between calls that use the cache."
        return unclear(aspect, says, "Send more lines, of a quiet hour too.")
    ninth = percentile(gaps, 0.9)
    cold = sum(bool(r.cache_write) and not r.cache_read for r in users)
    measures = (Measure("gap, p90", ninth, "s"), Measure("writes without a read", cold))
    if ninth > CACHE_LIFE_S:
        says = "Nine in ten gaps between calls of one feature are not within 5 minutes."
        step = "Choose the TTL of 1 hour where it pays, or leave this path uncached."
        return unclear(aspect, says, step, *measures)
    return passed(aspect, "Nine in ten gaps are within 5 minutes, the cache's life.", *measures)


def parallel(log: Log) -> Check:
    aspect = "parallel"
    if not log.has("at", "latency", "correlation"):
        return absent(aspect, log, "at", "latency", "correlation")
    by_call: dict[int, list[Record]] = defaultdict(list)
    for record in log.good:
        if record.call is not None and record.at is not None and record.latency_ms is not None:
            by_call[record.call].append(record)
    several = [each for each in by_call.values() if len(each) > 1]
    # Both ends of an overlap count, whichever of them the time stamp is of.
    overlapping = sum(
        any((b.at or 0) - (a.at or 0) < _seconds(a, b) for a, b in pairwise(each))
        for each in several
    )
    measures = (Measure("tasks with several calls", len(several)), Measure("overlap", overlapping))
    if overlapping:
        says = f"In {counted(overlapping, 'task')} calls overlap in time."
        return passed(aspect, says, *measures)
    says = "No two calls under one id overlap in time."
    step = "If a task makes independent calls, start them together; log one id for the task."
    return unclear(aspect, says, step, *measures)


def _seconds(a: Record, b: Record) -> float:
    return min(a.latency_ms or 0, b.latency_ms or 0) / 1000


QUESTIONS = (
    question("percentiles", "p50, p95 and p99 by model", Strength.MEDIUM, percentiles),
    question("p95", "p95 without streaming against the limit", Strength.STRONG, p95),
    question("first-token", "Time to first token and total", Strength.STRONG, first_token),
    question("timeouts", "No call takes longer than 120 s", Strength.MEDIUM, timeouts),
    question(
        "cache-warm", "Gaps between calls against the cache's life", Strength.MEDIUM, cache_warm
    ),
    question("parallel", "Calls of one task overlap", Strength.PARTIAL, parallel),
)
