"""What does a sample of the app's request log show?"""

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

from audits.net.door import DoorFault, Fault, Limits
from audits.probes.base import (
    Aspect,
    Check,
    Finding,
    Free,
    Measure,
    Strength,
    Target,
    Verdict,
)
from audits.probes.logs import (
    about_content,
    about_fields,
    about_retries,
    about_time,
    about_usage,
)
from audits.probes.logs.judging import LEAST, Log
from audits.probes.logs.reading import MOST_BYTES, Sample, Unreadable, read
from audits.probes.words import counted

if TYPE_CHECKING:
    from audits.probes.tools import Tools

LIMITS = Limits(total_s=60.0, max_bytes=MOST_BYTES, redirects=3)
UPLOADED = "The uploaded sample was read once; only counts and figures were kept."
FETCHED = "The log's address was read once; only counts and figures were kept."
SEND = "Send JSON Lines: one object a line, one line a request, up to 20 MB, not compressed."
QUESTIONS = (
    *about_fields.QUESTIONS,
    *about_retries.QUESTIONS,
    *about_time.QUESTIONS,
    *about_usage.QUESTIONS,
    *about_content.QUESTIONS,
)


class LogSample(Free):
    name = "log-sample"
    title = "The app's request log"
    looks_at = (
        "A sample of the app's request log as JSON Lines, uploaded or fetched: fields, retries, "
        "times, cost, errors, models. OpenTelemetry's names are understood. Nothing of it is kept."
    )
    strength = Strength.MEDIUM
    aspects: tuple[Aspect, ...] = tuple(each.aspect for each in QUESTIONS)
    needs: tuple[str, ...] = ("log_url",)
    every = dt.timedelta(hours=6)
    stale_after = dt.timedelta(days=7)
    seconds = 120

    def run(self, target: Target, tools: "Tools") -> Finding:
        if target.log_sample is not None:
            return judge(target.log_sample, target, tools, UPLOADED)
        if not target.app.log_url:
            return Finding.inconclusive(
                "There is no sample of the log.",
                next_step="Upload one, or write the log's address into the settings.",
            )
        try:
            answer = tools.door.request("GET", target.app.log_url, limits=LIMITS)
        except DoorFault as fault:
            step = "Check the log's address in the environment's settings."
            if fault.kind is Fault.TOO_LARGE:
                says = "The log has more than 20 MB."
                return Finding.inconclusive(says, how=FETCHED, next_step="Serve its last lines.")
            return Finding.error(f"The log's address {fault}.", how=FETCHED, next_step=step)
        if answer.status != 200:
            says = f"The log's address answered {answer.status}."
            return Finding.inconclusive(says, how=FETCHED, next_step=SEND)
        return judge(answer.body, target, tools, FETCHED)


def judge(data: bytes, target: Target, tools: "Tools", how: str) -> Finding:
    try:
        sample = read(data)
    except Unreadable as fault:
        return Finding.inconclusive(str(fault), how=how, next_step=SEND)
    log = Log(sample, tools.prices, target.policy.p95_ms)
    checks = tuple(each.asked(log) for each in QUESTIONS)
    counts = Counter(check.verdict for check in checks)
    verdict, next_step = _whole(sample, checks, counts)
    return Finding(
        verdict,
        _says(sample, counts),
        how,
        next_step=next_step,
        checks=checks,
        measures=_measures(sample),
    )


def _whole(
    sample: Sample, checks: tuple[Check, ...], counts: Counter[Verdict]
) -> tuple[Verdict, str]:
    """What was not seen is no pass of the whole, save that few samples show everything: it is one
    when nothing failed and the fields are all there."""
    for check in checks:
        if check.verdict is Verdict.FAIL:
            return Verdict.FAIL, check.next_step
    if sample.malformed.count or sample.too_long.count or len(sample.records) < LEAST:
        return Verdict.INCONCLUSIVE, SEND
    return Verdict.PASS, ""


def _says(sample: Sample, counts: Counter[Verdict]) -> str:
    says = (
        f"{counted(len(sample.records), 'request')} in {counted(sample.lines, 'line')}: "
        f"{counts[Verdict.PASS]} of {counts.total()} aspects pass, {counts[Verdict.FAIL]} fail, "
        f"{counts[Verdict.INCONCLUSIVE]} were not seen."
    )
    if sample.malformed.count:
        says += f" No JSON object: {sample.malformed.words}."
    if sample.too_long.count:
        says += f" Longer than 256 KB: {sample.too_long.words}."
    if sample.left:
        says += f" Not read: {counted(sample.left, 'further line')}."
    return says


def _measures(sample: Sample) -> tuple[Measure, ...]:
    return (
        Measure("lines", sample.lines),
        Measure("requests", len(sample.records)),
        Measure("other lines", sample.others),
        Measure("malformed lines", sample.malformed.count),
        Measure("lines that are too long", sample.too_long.count),
        Measure("lines not read", sample.left),
    )


probe = LogSample()
