"""What followed a failure."""

from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import pairwise
from statistics import mean, median, pstdev

from audits.probes.base import Check, Measure, Strength
from audits.probes.logs.calls import Call, Step
from audits.probes.logs.errors import CONNECTION, FUTILE, OVERLOADED, RATE, TIMEOUT, TRANSIENT
from audits.probes.logs.judging import Log, mix, question
from audits.probes.logs.records import Record
from audits.probes.saying import failed, passed, unclear
from audits.probes.words import counted

# Doubling with the SDK's jitter grows by 1.5 at the least; a little of it is the clock's.
GROWTH = 1.4
# From here on a wait has reached its cap and grows no more.
CAPPED_MS = 6_000
CALLS_FOR_GROWTH = 3
TRIALS_FOR_JITTER = 10
JITTER = 0.03
# The article's 6 retries are the most that any source names; nested loops make 9 or 12.
MOST_ATTEMPTS = 7
FALLBACK_S = 30
UNSEEN = (
    "Log each attempt with the call's correlation id, its attempt number and the wait before the "
    "next."
)
NO_ERRORS = "Send a sample of a day with such errors, or let a stand-in answer with them."


def _unseen(aspect: str) -> Check:
    says = "Attempts of one call cannot be told: no line numbers them or marks the same body."
    return unclear(aspect, says, UNSEEN)


def _retried(aspect: str, what: str, log: Log, fits: Callable[[Record], bool]) -> Check:
    failing = [call for call in log.calls if fits(call.attempts[0])]
    alone = [call for call in failing if call.count == 1 and not call.open]
    again = [call for call in failing if call.count > 1]
    if not any(fits(record) for record in log.failed):
        return unclear(aspect, f"The sample has no failure by {what}.", NO_ERRORS)
    if not log.shows_attempts:
        return _unseen(aspect)
    measures = (
        Measure("calls that failed first", len(failing)),
        Measure("retried", len(again)),
    )
    if alone:
        says = f"{counted(len(alone), 'call')} that failed by {what} had no second attempt."
        step = "Retry 408, 409, 429, every status from 500 and connection errors, at one layer."
        return failed(aspect, says, step, *measures)
    if not again:
        return _unseen(aspect)
    says = f"{counted(len(again), 'call')} that failed by {what} had another attempt."
    return passed(aspect, says, *measures)


def retried(log: Log) -> Check:
    return _retried("retried", "429, 5xx or no connection", log, lambda r: r.kind in TRANSIENT)


def retried_429(log: Log) -> Check:
    return _retried("retried-429", "429", log, lambda r: r.kind == RATE)


def retried_overload(log: Log) -> Check:
    def fits(record: Record) -> bool:
        return record.kind in (RATE, OVERLOADED)

    return _retried("retried-overload", "429 or 529", log, fits)


def retried_network(log: Log) -> Check:
    def fits(record: Record) -> bool:
        return record.kind in (CONNECTION, TIMEOUT)

    return _retried("retried-network", "timeout or no connection", log, fits)


def _timed(log: Log) -> list[Step]:
    """Retries whose wait is known and which no header set."""
    return [
        step
        for step in log.steps
        if step.wait_ms is not None
        and (step.sure or step.before.wait_ms is not None)
        and step.before.retry_after_ms is None
        and step.before.kind in TRANSIENT
    ]


def waits(log: Log) -> Check:
    """By the medians of first, second … waits: full jitter shuffles those of a single call."""
    aspect = "waits"
    by_number: dict[int, list[float]] = defaultdict(list)
    for step in _timed(log):
        by_number[step.number].append(step.wait_ms or 0)
    numbers = [each for each in sorted(by_number) if len(by_number[each]) >= CALLS_FOR_GROWTH]
    middles = [median(by_number[number]) for number in numbers]
    measures = tuple(
        Measure(f"wait {number}, median", round(middle), "ms")
        for number, middle in zip(numbers, middles, strict=True)
    )
    if len(middles) < 2:
        says = f"Fewer than {CALLS_FOR_GROWTH} calls show two waits in a row."
        return unclear(aspect, says, UNSEEN, *measures)
    flat = [a for a, b in pairwise(middles) if a < CAPPED_MS and b < GROWTH * a]
    if flat or not middles[0]:
        mend = "Double the wait from attempt to attempt, from 0.5 or 1 s on."
        return failed(aspect, "Waits do not grow from one retry to the next.", mend, *measures)
    return passed(aspect, "Waits grow from one retry to the next.", *measures)


def jitter(log: Log) -> Check:
    aspect = "jitter"
    first = [step.wait_ms or 0 for step in _timed(log) if step.number == 1]
    if len(first) < TRIALS_FOR_JITTER:
        says = f"{counted(len(first), 'first wait')} seen, where {TRIALS_FOR_JITTER} are needed."
        return unclear(aspect, says, UNSEEN)
    spread = pstdev(first) / mean(first) if mean(first) else 0.0
    measure = Measure("spread of first waits", round(1000 * spread), "per mille")
    if spread <= JITTER:
        step = "Multiply each wait by a random factor; the SDK's 0.75 to 1.0 is enough."
        return failed(aspect, "First waits are as good as equal.", step, measure)
    return passed(aspect, f"{counted(len(first), 'first wait')} differ from each other.", measure)


def retry_after(log: Log) -> Check:
    aspect = "retry-after"
    told = [step for step in log.steps if step.before.retry_after_ms and step.wait_ms is not None]
    if not told:
        step = "Log the answer's retry-after and the wait that followed."
        return unclear(aspect, "No retry in the sample had a logged retry-after.", step)
    early = sum((s.wait_ms or 0) < (s.before.retry_after_ms or 0) - 100 for s in told)
    if early:
        says = f"{early:,} of {counted(len(told), 'retry', 'retries')} came before retry-after."
        return failed(aspect, says, "Let the header set the wait, ahead of any computed one.")
    return passed(aspect, f"{counted(len(told), 'retry', 'retries')} waited for retry-after.")


def not_retried(log: Log) -> Check:
    aspect = "not-retried"
    failing = [record for record in log.failed if record.kind in FUTILE]
    if not failing:
        says = "The sample has no 400, 401, 403 or 404."
        return unclear(aspect, says, "Send a sample with one, or cause it in staging.")
    measures = mix("failed", Counter(record.kind for record in failing))
    again = [step for step in log.steps if step.before.kind in FUTILE]
    sure = sum(step.sure for step in again)
    if sure:
        mend = "Raise 400, 401, 403, 404 and a reached spend limit at once."
        return failed(aspect, f"{sure:,} that no retry helps were retried.", mend, *measures)
    if again:
        says = f"{counted(len(again), 'call')} under the same id followed one that no retry helps."
        return unclear(aspect, says, UNSEEN, *measures)
    if not log.shows_attempts:
        return _unseen(aspect)
    says = f"{counted(len(failing), 'failure')} that no retry helps had one attempt each."
    return passed(aspect, says, *measures)


def _exhausted(log: Log) -> list[Call]:
    return [c for c in log.calls if c.count > 1 and c.last.failed and not c.open]


def bounded(log: Log) -> Check:
    aspect = "bounded"
    counts = [call.count for call in log.calls if call.count > 1]
    if not counts or not log.shows_attempts:
        return _unseen(aspect)
    measure = Measure("most attempts of a call", max(counts))
    if max(counts) > MOST_ATTEMPTS:
        says = f"A call had {max(counts)} attempts: two loops seem to multiply."
        step = "Retry at one layer; set the SDK's max_retries to 0 inside a loop of your own."
        return failed(aspect, says, step, measure)
    return passed(aspect, f"No call had more than {max(counts)} attempts.", measure)


def retries_logged(log: Log) -> Check:
    aspect = "retries-logged"
    steps = [step for step in log.steps if step.before.kind in TRANSIENT]
    if not steps:
        return unclear(aspect, "The sample shows no retry.", UNSEEN)
    whole = sum(s.before.wait_ms is not None and s.after.attempt is not None for s in steps)
    if whole < len(steps):
        says = f"{len(steps) - whole:,} of {counted(len(steps), 'retry', 'retries')} lack their "
        return failed(aspect, f"{says}wait or attempt number.", UNSEEN)
    says = f"{counted(len(steps), 'retry', 'retries')} have wait and attempt number."
    return passed(aspect, says)


def last_error(log: Log) -> Check:
    aspect = "last-error"
    ended = _exhausted(log)
    if not ended:
        says = "No call in the sample failed for good after retries."
        return unclear(aspect, says, "Let a stand-in answer 529 for ever, then send the log.")
    bare = sum(call.last.status is None and call.last.kind == "other" for call in ended)
    if bare:
        says = f"{bare:,} of {counted(len(ended), 'call')} ended without the error's class."
        return failed(aspect, says, "Raise the error that came last, as it is.")
    says = f"{counted(len(ended), 'call')} that failed for good end with the error's class."
    return passed(aspect, says)


def fallback(log: Log) -> Check:
    aspect = "fallback"
    overloaded = [r for r in log.failed if r.kind == OVERLOADED]
    if not overloaded:
        says = "The sample has no 529."
        return unclear(aspect, says, "Let a stand-in answer 529 for the first model alone.")
    swapped = [
        step
        for step in log.steps
        if step.before.kind == OVERLOADED
        and step.after.name != step.before.name
        and (step.after.at or 0) - (step.before.at or 0) <= FALLBACK_S
    ]
    if swapped:
        says = f"After {counted(len(swapped), '529')} another model took the call."
        return passed(aspect, says, Measure("fallbacks", len(swapped)))
    says = "After a 529 no other model was seen to take the call; a queue would not show."
    return unclear(aspect, says, "Log both attempts under one correlation id.")


QUESTIONS = (
    question("retried", "Transient failures are retried", Strength.MEDIUM, retried),
    question("retried-429", "A 429 is retried", Strength.MEDIUM, retried_429),
    question("retried-overload", "429 and 529 are retried", Strength.MEDIUM, retried_overload),
    question("retried-network", "Network errors are retried", Strength.MEDIUM, retried_network),
    question("waits", "Waits between attempts grow", Strength.STRONG, waits),
    question("jitter", "Waits carry jitter", Strength.STRONG, jitter),
    question("retry-after", "retry-after sets the wait", Strength.STRONG, retry_after),
    question("not-retried", "400, 401, 403, 404 are not retried", Strength.STRONG, not_retried),
    question("bounded", "Attempts are bounded, at one layer", Strength.MEDIUM, bounded),
    question("retries-logged", "Wait and attempt of each retry", Strength.STRONG, retries_logged),
    question("last-error", "Exhausted calls end with their error", Strength.PARTIAL, last_error),
    question("fallback", "After a 529 another model answers", Strength.MEDIUM, fallback),
)
