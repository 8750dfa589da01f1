"""Which fields the lines have."""

from collections.abc import Iterable

from audits.probes.base import Check, Measure, Strength
from audits.probes.logs.errors import FUTILE, MID_STREAM, TRANSIENT, UNANSWERED
from audits.probes.logs.fields import NAMES
from audits.probes.logs.judging import Log, absent, percent, question, titles
from audits.probes.logs.records import Record
from audits.probes.saying import failed, passed, unclear
from audits.probes.words import counted, listed

SIX = ("model", "input", "output", "cache_read", "latency", "correlation")
EIGHT = ("user", "feature", "model", "input", "output", "cache_read", "latency", "stop")
SEVEN = ("request_id", "at", "model", "input", "output", "latency", "status")
# A failed call used no tokens and has no reason to stop.
OF_SUCCESS = frozenset({"input", "output", "cache_read", "stop"})


def _gaps(records: Iterable[Record], fields: Iterable[str]) -> dict[str, int]:
    """How many lines lack each field; tokens and stop reason are asked of successes only."""
    gaps = dict.fromkeys(fields, 0)
    for record in records:
        for field in gaps:
            gaps[field] += field not in record.has and not (record.failed and field in OF_SUCCESS)
    return gaps


def _present(aspect: str, log: Log, fields: tuple[str, ...]) -> Check:
    total = len(log.records)
    gaps = _gaps(log.records, fields)
    measures = tuple(
        Measure(f"lines with {titles([field])}", percent(total - gap, total), "%")
        for field, gap in gaps.items()
    )
    missing = [field for field in fields if not log.has(field)]
    if missing:
        names = listed([NAMES.get(field, "latency_ms").split()[0] for field in missing], 10)
        says = f"No line of {total:,} has its {titles(missing)}."
        step = f"Log it with each request, under a name such as {names}."
        return failed(aspect, says, step, *measures)
    worst = {field: gap for field, gap in gaps.items() if gap}
    if worst:
        parts = [f"{gap:,} without {titles([field])}" for field, gap in worst.items()]
        says = f"Of {total:,} lines {listed(parts, 10)}."
        return failed(aspect, says, "Write them on every line, of failures too.", *measures)
    return passed(aspect, f"All {total:,} lines have their {titles(fields)}.", *measures)


def fields(log: Log) -> Check:
    return _present("fields", log, SIX)


def eight_fields(log: Log) -> Check:
    return _present("eight-fields", log, EIGHT)


def ten_fields(log: Log) -> Check:
    check = _present("ten-fields", log, SEVEN)
    naive = sum(not record.zoned for record in log.records)
    if check.verdict.value == "pass" and naive:
        says = f"All fields are there, but {counted(naive, 'timestamp')} do not name their zone."
        return failed("ten-fields", says, "Write times in UTC, with a Z.", *check.measures)
    return check


def tokens(log: Log) -> Check:
    return _present("tokens", log, ("model", "input", "output"))


def request_ids(log: Log) -> Check:
    aspect = "request-ids"
    answered = [record for record in log.failed if record.kind not in UNANSWERED]
    if not answered:
        step = "Send a sample with errors, or cause one in staging."
        return unclear(aspect, "The sample has no error that the API answered.", step)
    without = sum(not record.real_request_id for record in answered)
    measure = Measure(
        "errors with a request id", percent(len(answered) - without, len(answered)), "%"
    )
    if without:
        says = (
            f"{without:,} of {counted(len(answered), 'error')} lack an id that starts with req_."
        )
        step = "Log the request-id header of the answer; an id of your own does not do."
        return failed(aspect, says, step, measure)
    return passed(aspect, f"{counted(len(answered), 'error')} all have the API's id.", measure)


def levels(log: Log) -> Check:
    aspect = "levels"
    if not log.has("level"):
        return absent(aspect, log, "level")
    denied = [each for each in log.failed if each.kind in FUTILE]
    retried = [step.before for step in log.steps if step.before.kind in TRANSIENT]
    if not denied and not retried:
        step = "Send a sample with errors of both kinds."
        return unclear(aspect, "No error in the sample has a level to compare.", step)
    low = sum(each.level != "error" for each in denied)
    high = sum(each.level == "error" for each in retried)
    if low or high:
        parts = [f"{low:,} that no retry helps not as errors"] if low else []
        parts += [f"{high:,} that were retried as errors"] if high else []
        step = "Log 401, 400 and exhausted retries as errors, what is retried as a warning."
        return failed(aspect, f"Logged at another level: {listed(parts)}.", step)
    says = (
        f"{counted(len(denied) + len(retried), 'error')} are logged at the level of their class."
    )
    return passed(aspect, says)


def failures_logged(log: Log) -> Check:
    aspect = "failures-logged"
    traces = log.sample.traces
    if traces.count:
        says = f"The sample holds stack traces beside its JSON: {traces.words}."
        step = "Catch the exception in one module and log it as one structured line."
        return failed(aspect, says, step, Measure("stack traces", traces.count))
    if not log.failed:
        step = "Send a sample with errors, or cause one in staging."
        return unclear(aspect, "The sample has no failed call.", step)
    unnamed = sum(each.kind == "other" and each.status is None for each in log.failed)
    if unnamed:
        says = (
            f"{unnamed:,} of {counted(len(log.failed), 'failure')} have neither status nor class."
        )
        return failed(aspect, says, "Log status and error type of each failure.")
    says = f"{counted(len(log.failed), 'failure')} are logged with status or class."
    return passed(aspect, says, Measure("failures", len(log.failed)))


def mid_stream(log: Log) -> Check:
    aspect = "mid-stream"
    found = sum(each.kind == MID_STREAM for each in log.failed)
    if found:
        says = f"{counted(found, 'error')} in mid-stream are logged as such, under status 200."
        return passed(aspect, says, Measure("errors in mid-stream", found))
    step = "Let a stand-in send an error event after some deltas, then look for its line."
    return unclear(aspect, "The sample has no error in mid-stream.", step)


def totals(log: Log) -> Check:
    aspect = "totals"
    needed = ("status", "input", "output", "latency")
    if not log.has(*needed):
        return absent(aspect, log, *needed)
    total = len(log.records)
    timed = [each.latency_ms for each in log.records if each.latency_ms is not None]
    measures = (
        Measure("requests", total),
        Measure("success rate", percent(len(log.good), total), "%"),
        Measure("mean latency", round(sum(timed) / max(1, len(timed))), "ms"),
        Measure("input tokens", sum(each.input or 0 for each in log.good)),
        Measure("output tokens", sum(each.output or 0 for each in log.good)),
    )
    return passed(aspect, "Totals of requests, tokens and latency follow from it.", *measures)


QUESTIONS = (
    question("fields", "The launch article's six fields on every line", Strength.STRONG, fields),
    question("eight-fields", "The playbook's eight fields", Strength.STRONG, eight_fields),
    question(
        "ten-fields", "Chapter 7's seven fields that are always there", Strength.STRONG, ten_fields
    ),
    question("tokens", "Input and output tokens of each request", Strength.STRONG, tokens),
    question("request-ids", "The API's request id on every error", Strength.STRONG, request_ids),
    question("levels", "Each class of error at its level", Strength.STRONG, levels),
    question(
        "failures-logged", "Failures are caught and logged", Strength.PARTIAL, failures_logged
    ),
    question("mid-stream", "Errors in mid-stream are told", Strength.PARTIAL, mid_stream),
    question("totals", "Totals follow from the log", Strength.PARTIAL, totals),
)
