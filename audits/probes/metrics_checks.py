"""What `app-metrics` asks of a scrape about requests, errors and time."""

import re
from decimal import Decimal

from audits.probes.base import Check, Measure
from audits.probes.naming import shown_model
from audits.probes.prometheus_text import Histogram, Scrape, histograms
from audits.probes.saying import failed, passed, unclear
from audits.probes.words import counted, listed

REQUESTS = "anthropic_requests_total"
LATENCY = "anthropic_request_latency_seconds"
TOKENS = "anthropic_tokens_total"
ACTIVE = "anthropic_active_requests"
WANTED = {
    REQUESTS: ("counter", {"model", "status"}),
    LATENCY: ("histogram", {"model"}),
    TOKENS: ("counter", {"model", "type"}),
    ACTIVE: ("gauge", set[str]()),
}
# One series a person or a request, which no Prometheus bears.
ENDLESS = frozenset(
    {"user", "user_id", "userid", "request_id", "requestid", "trace_id", "session"}
)
# A p95 is told from so many samples, a p99 from so many.
FOR_P95, FOR_P99 = 20, 100
# The source's own, in seconds.
LONGEST_OF_SOURCE = 30
# Of more, those with the most samples are looked at.
MOST_MODELS = 12
SHARES = {"p50": Decimal("0.5"), "p95": Decimal("0.95"), "p99": Decimal("0.99")}
_FIRST_TOKEN = re.compile(r"(?:ttft|time_to_first_token|first_token)\w*_bucket")
_KINDS = ("error_type", "error", "type", "kind", "code", "status_code", "reason", "exception")
WAIT = "Run it again after more traffic."


def look_at_metrics(scrape: Scrape) -> Check:
    aspect = "metrics"
    missing = [name for name in WANTED if not _there(scrape, name)]
    quiet = len(missing) < len(WANTED) and not scrape.total(REQUESTS)
    if missing and not quiet:
        says = f"Not exported: {listed(missing)}."
        return failed(aspect, says, "Export the four metrics under the names of the source.")
    if quiet:
        says = "No call has been counted since the app started, so labels cannot be seen."
        return unclear(aspect, says, "Run it again after a call.")
    wrong = [*_wrong_types(scrape), *_wrong_labels(scrape)]
    if wrong:
        says = f"The four metrics are there, but {listed(wrong)}."
        return failed(aspect, says, "Give them the types and labels of the item's table.")
    return _buckets(scrape)


def _there(scrape: Scrape, name: str) -> bool:
    return bool(scrape.of(f"{name}_bucket" if name == LATENCY else name))


def _wrong_types(scrape: Scrape) -> list[str]:
    found = ((name, kind, scrape.type_of(name)) for name, (kind, _) in WANTED.items())
    return [f"{name} is no {kind}" for name, kind, is_a in found if is_a not in (kind, "unknown")]


def _wrong_labels(scrape: Scrape) -> list[str]:
    wrong = []
    for name, (_, wanted) in WANTED.items():
        has = scrape.labels_of(f"{name}_bucket" if name == LATENCY else name)
        lacks = sorted(wanted - has)
        if lacks:
            wrong.append(f"{name} has no label {listed(lacks)}")
        if has & ENDLESS:
            wrong.append(f"{name} has a series for each user or request")
    return wrong


def _buckets(scrape: Scrape) -> Check:
    found = histograms(scrape, LATENCY, "model").values()
    longest = min((max(each.bounds, default=Decimal(0)) for each in found), default=Decimal(0))
    measure = Measure("longest bucket", longest, "s")
    if longest < LONGEST_OF_SOURCE:
        says = f"The four metrics are there, but latency's longest bucket ends at {longest:f} s."
        return failed("metrics", says, "Let buckets reach beyond a call's time limit.", measure)
    says = "The four metrics are there with their labels and buckets"
    if longest == LONGEST_OF_SOURCE:
        says += ", the longest of 30 s: with limits of 60 to 120 s it wants longer ones"
    return passed("metrics", f"{says}.", measure)


def _by_model(scrape: Scrape) -> dict[str, Histogram]:
    found = histograms(scrape, LATENCY, "model")
    most = sorted(found.items(), key=lambda each: -each[1].count)[:MOST_MODELS]
    return {model: each for model, each in most if each.count}


def look_at_percentiles(scrape: Scrape) -> Check:
    aspect = "percentiles"
    found = _by_model(scrape)
    if not found:
        return unclear(aspect, "There is no histogram of latency with samples.", WAIT)
    measures = tuple(measure for model, each in found.items() for measure in _figures(model, each))
    unseen = [model for model, each in found.items() if _beyond(each)]
    if unseen:
        says = f"For {counted(len(unseen), 'model')} p95 lies beyond the longest bucket."
        step = "Add buckets beyond the time limit of a call."
        return failed(aspect, says, step, *measures)
    enough = [model for model, each in found.items() if each.count >= FOR_P95]
    if not enough:
        says = f"Too few samples: no model has {FOR_P95}."
        return unclear(aspect, says, WAIT, *measures)
    says = f"p50, p95 and p99 can be read for {counted(len(enough), 'model')}."
    return passed(aspect, says, *measures)


def _beyond(found: Histogram) -> bool:
    return found.count >= FOR_P95 and found.quantile(SHARES["p95"]) is None


def _figures(model: str, found: Histogram) -> list[Measure]:
    """With the number of samples; percentiles for which there are too few are left out."""
    name = shown_model(model)
    figures = [Measure(f"{name}, samples", found.count)]
    needed = {"p50": 1, "p95": FOR_P95, "p99": FOR_P99}
    for share, at in SHARES.items():
        seconds = found.quantile(at)
        if found.count >= needed[share] and seconds is not None:
            figures.append(Measure(f"{name}, {share}", round(seconds * 1000), "ms"))
    return figures


def look_at_p95(scrape: Scrape, limit_ms: int) -> Check:
    aspect, limit = "p95", Decimal(limit_ms) / 1000
    found = {model: each for model, each in _by_model(scrape).items() if each.count >= FOR_P95}
    if not found:
        return unclear(aspect, f"Too few samples: no model has {FOR_P95}.", WAIT)
    spans = {shown_model(model): each.between(SHARES["p95"]) for model, each in found.items()}
    over = [model for model, (low, _) in spans.items() if low >= limit]
    if over:
        says = f"p95 is above {limit_ms:,} ms for {listed(over)}."
        step = "Look at prompt size, caching, model, max_tokens and effort, in this order."
        return failed(aspect, says, step)
    if all(high is not None and high <= limit for _, high in spans.values()):
        return passed(aspect, f"p95 is within {limit_ms:,} ms for {counted(len(spans), 'model')}.")
    says = f"The buckets are too wide to tell p95 from {limit_ms:,} ms."
    return unclear(aspect, says, f"Add a bucket that ends at {limit:f} s.")


def look_at_first_token(scrape: Scrape) -> Check:
    aspect = "first-token"
    names = [name for name in scrape.rows if _FIRST_TOKEN.search(name)]
    if any(scrape.total(name) for name in names):
        return passed(aspect, "Time to first token has a histogram of its own, with samples.")
    if names:
        return unclear(aspect, "The histogram of time to first token has no samples.", WAIT)
    step = "Observe the time to the first delta in a histogram of its own, by model."
    return unclear(aspect, "Time to first token is not among the metrics.", step)


def look_at_errors(scrape: Scrape) -> Check:
    aspect = "errors"
    failing = [row for row in scrape.of(REQUESTS) if row.labels.get("status") != "success"]
    others = [
        row
        for name, rows in scrape.rows.items()
        if re.fullmatch(r"(?:anthropic|claude)_\w*errors?(?:_total)?", name)
        for row in rows
    ]
    failures = sum((row.value for row in failing), Decimal(0))
    measure = Measure("failed requests", int(failures))
    kinds = {_kind(dict(row.labels)) for row in (*failing, *others)} - {""}
    if kinds:
        says = f"Errors are told apart in {counted(len(kinds), 'kind')}."
        return passed(aspect, says, measure, Measure("kinds of errors", len(kinds)))
    step = "Add the type of error as a label: 429, 529, 5xx, timeouts, 401 and 403, 400."
    if failures:
        return failed(aspect, "Failed requests are counted, but all as one.", step, measure)
    return unclear(aspect, "No request failed yet, so kinds of errors cannot be seen.", step)


def _kind(labels: dict[str, str]) -> str:
    """What tells one error from another, or ""."""
    for name in _KINDS:
        if labels.get(name):
            return labels[name]
    status = labels.get("status", "")
    return "" if status.lower() in ("error", "failure", "failed", "success", "") else status


def look_at_totals(scrape: Scrape) -> Check:
    aspect = "totals"
    total = scrape.total(REQUESTS)
    if not total:
        return unclear(aspect, "No request is counted.", "Run it again after a call.")
    rows = scrape.of(REQUESTS)
    good = sum((r.value for r in rows if r.labels.get("status") == "success"), Decimal(0))
    timed, seconds = scrape.total(f"{LATENCY}_count"), scrape.total(f"{LATENCY}_sum")
    measures = [
        Measure("requests", int(total)),
        Measure("success rate", round(100 * good / total, 1), "%"),
    ]
    if timed:
        measures.append(Measure("mean latency", round(1000 * seconds / timed), "ms"))
    if not timed or "status" not in scrape.labels_of(REQUESTS):
        step = "Count requests by status, and observe the latency of each."
        return failed(aspect, "Successes, failures or latency are not counted.", step, *measures)
    return passed(aspect, "Requests, successes, failures and latency are counted.", *measures)
