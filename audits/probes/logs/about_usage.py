"""What calls used, what that cost, and how they ended."""

from collections import Counter, defaultdict
from decimal import Decimal

from audits.probes.base import Check, Measure, Strength
from audits.probes.logs.judging import FOR_P99, Log, absent, mix, percent, percentile, question
from audits.probes.logs.money import Costs, cost_of, costs_of, shown_feature
from audits.probes.saying import failed, passed, unclear
from audits.probes.words import counted, dollars, listed

# Of the sources: above the larger of both a cap is a warning.
OUTPUT_FACTOR, LEAST_CAP = 4, 1_024
TRUNCATED_PERCENT = 2
# A logged cost may be this far off, for rounding and prices by prompt length.
NEAR = Decimal("0.05")
ESTIMATE_PERCENT = 20


def max_tokens(log: Log) -> Check:
    aspect = "max-tokens"
    if not log.has("max_tokens", "output"):
        return absent(aspect, log, "max_tokens", "output")
    without = sum(record.max_tokens is None for record in log.good)
    outputs: dict[str, list[float]] = defaultdict(list)
    for record in log.good:
        outputs[record.feature].append(record.output or 0)
    bounds = {
        feature: max(OUTPUT_FACTOR * percentile(sorted(values), 0.99), LEAST_CAP)
        for feature, values in outputs.items()
        if len(values) >= FOR_P99
    }
    high = sum((r.max_tokens or 0) > bounds.get(r.feature, 10**9) for r in log.good)
    cut = sum(record.stop == "max_tokens" for record in log.good)
    measures = (
        Measure("without max_tokens", without),
        Measure("above the larger of 4 x p99 of output and 1,024", high),
        Measure("ended by max_tokens", percent(cut, len(log.good)), "%"),
    )
    if without:
        says = f"{without:,} of {counted(len(log.good), 'call')} log no max_tokens."
        return unclear(aspect, says, "Set and log it for each type of call.", *measures)
    if percent(cut, len(log.good)) > TRUNCATED_PERCENT:
        says = f"{percent(cut, len(log.good))}% of the answers were cut off by max_tokens."
        return failed(aspect, says, "Raise the cap of the features concerned.", *measures)
    if high or not bounds:
        says = f"{counted(high, 'call')} had a cap far above what their feature puts out."
        if not bounds:
            says = f"No feature has the {FOR_P99} answers that a p99 of output takes."
        step = "Lower it to the larger of 4 x p99 and 1,024; it is a warning, and costs nothing."
        return unclear(aspect, says, step, *measures)
    return passed(aspect, "Caps lie near what each feature puts out, and few cut off.", *measures)


def stop_reasons(log: Log) -> Check:
    aspect = "stop-reasons"
    if not log.has("stop"):
        return absent(aspect, log, "stop")
    counts = Counter(record.stop or "none" for record in log.good)
    without = counts["none"]
    measures = mix("stop reason", counts)
    if without:
        says = f"{without:,} of {counted(len(log.good), 'answer')} log no stop reason."
        return failed(aspect, says, "Log it with each answer, of streams too.", *measures)
    if counts["unknown"]:
        says = (
            f"{counted(counts['unknown'], 'answer')} have a stop reason that is none of the API's."
        )
        return unclear(aspect, says, "Log the API's own value.", *measures)
    cut = percent(counts["max_tokens"], len(log.good))
    return passed(aspect, f"Every answer has one; {cut}% were cut off by max_tokens.", *measures)


def errors(log: Log) -> Check:
    aspect = "errors"
    if not log.failed:
        step = "Log failures as well: without them no rate of errors can be told."
        return unclear(aspect, "The sample has no failed call.", step)
    counts = Counter(record.kind for record in log.failed)
    rate = percent(len(log.failed), len(log.records))
    measures = (Measure("failed", rate, "%"), *mix("failed by", counts))
    if not log.good:
        says = "The sample has failures alone, so their share cannot be told."
        return unclear(aspect, says, "Log every call, not only those that fail.", *measures)
    if counts["other"] > len(log.failed) / 10:
        says = (
            f"{counts['other']:,} of {counted(len(log.failed), 'failure')} are of no known kind."
        )
        return failed(aspect, says, "Log status and error type of each failure.", *measures)
    says = f"{rate}% of the attempts failed, told apart in {counted(len(counts), 'kind')}."
    return passed(aspect, says, *measures)


def cache(log: Log) -> Check:
    aspect = "cache"
    if not log.has("cache_read", "cache_write"):
        return absent(aspect, log, "cache_read", "cache_write")
    read = sum(each.cache_read or 0 for each in log.good)
    written = sum(each.cache_write or 0 for each in log.good)
    fresh = sum(each.input or 0 for each in log.good)
    rate = percent(read, read + written + fresh)
    measures = (Measure("cache hit rate", rate, "%"), Measure("cache-read tokens", read))
    without = sum(r.cache_read is None or r.cache_write is None for r in log.good)
    if without:
        says = f"{without:,} of {counted(len(log.good), 'answer')} lack reads or writes."
        return failed(aspect, says, "Log both fields of usage, 0 where absent.", *measures)
    if written and not read:
        says = "The cache is written and never read."
        step = "See whether the prefix is identical from call to call, and warm."
        return failed(aspect, says, step, *measures)
    return passed(aspect, f"Reads and writes are logged; the hit rate is {rate}%.", *measures)


def cost(log: Log) -> Check:
    aspect = "cost"
    if not log.has("model", "input", "output"):
        return absent(aspect, log, "model", "input", "output")
    found = costs_of(log)
    if found.unpriced:
        return _unpriced(aspect, found)
    if not log.has("feature"):
        return absent(aspect, log, "feature")
    says = (
        f"{counted(found.calls, 'call')} cost {dollars(found.total)}, told by model and feature."
    )
    return passed(aspect, says, *_shares(found))


def _unpriced(aspect: str, found: Costs) -> Check:
    says = f"{counted(found.unpriced, 'call')} went to a model without a price."
    return unclear(aspect, says, "Add its price to the table, with a date.")


def _shares(found: Costs) -> tuple[Measure, ...]:
    models = [
        Measure(f"cost of {model}", round(amount, 4), "USD")
        for model, amount in found.by_model.most_common(6)
    ]
    features = [
        Measure(f"cost of {shown_feature(feature, number)}", round(amount, 4), "USD")
        for number, (feature, amount) in enumerate(found.by_feature.most_common(6), 1)
    ]
    per_call = found.total / found.calls if found.calls else Decimal(0)
    return (Measure("mean cost of a call", round(per_call, 6), "USD"), *models, *features)


def cost_by_user(log: Log) -> Check:
    aspect = "cost-by-user"
    if not log.has("model", "input", "output", "user"):
        return absent(aspect, log, "model", "input", "output", "user")
    without = sum(record.user is None for record in log.good)
    users = len({record.user for record in log.good if record.user is not None})
    measures = (Measure("users", users), Measure("calls without a user", without))
    if without:
        says = f"{without:,} of {counted(len(log.good), 'call')} have no user."
        return unclear(aspect, says, "Log the account, or say why a call has none.", *measures)
    return passed(aspect, f"Cost can be told for {counted(users, 'user')}.", *measures)


def cost_logged(log: Log) -> Check:
    aspect = "cost-logged"
    if not log.has("cost"):
        return absent(aspect, log, "cost")
    without = sum(record.cost is None for record in log.good)
    if without:
        says = f"{without:,} of {counted(len(log.good), 'call')} log no cost."
        return failed(aspect, says, "Write tokens and cost on every line of a success.")
    return passed(aspect, f"{counted(len(log.good), 'call')} all log their cost.")


def prices(log: Log) -> Check:
    """The app's own table against ours, by what both make of the same calls."""
    aspect = "prices"
    both = [(r.cost, cost_of(r, log.prices)) for r in log.good if r.cost is not None]
    if not both:
        return absent(aspect, log, "cost")
    ours = [(theirs, mine) for theirs, mine in both if mine is not None]
    unknown = len(both) - len(ours)
    if unknown:
        says = f"{counted(unknown, 'call')} went to a model that has no price here."
        return unclear(aspect, says, "Add its price to the table, with a date.")
    off = sum(abs(theirs - mine) > NEAR * mine + Decimal("0.000001") for theirs, mine in ours)
    measure = Measure("costs that differ", percent(off, len(ours)), "%")
    if off:
        says = (
            f"The logged cost of {off:,} of {counted(len(ours), 'call')} is not that of today's "
        )
        step = "Compare the app's price table, cache prices included, with the official one."
        return failed(aspect, f"{says}prices.", step, measure)
    return passed(aspect, f"{counted(len(ours), 'logged cost')} agree with the prices.", measure)


def estimates(log: Log) -> Check:
    aspect = "estimates"
    known = [r for r in log.good if r.estimate is not None and r.output is not None]
    if not known:
        step = "Log the estimate beside the actual tokens."
        return unclear(aspect, "No line has an estimate of its tokens.", step)
    guessed = sum(r.estimate or 0 for r in known)
    actual = sum(
        (r.input or 0) + (r.cache_read or 0) + (r.cache_write or 0) + (r.output or 0)
        for r in known
    )
    off = percent(abs(guessed - actual), actual)
    measure = Measure("estimates differ by", off, "%")
    if off > ESTIMATE_PERCENT:
        step = "Count system prompt and tools too, and correct each call's own entry."
        return failed(aspect, f"Estimates are {off}% off in sum.", step, measure)
    return passed(aspect, f"Estimates are {off}% off in sum.", measure)


def by_task(log: Log) -> Check:
    aspect = "by-task"
    if not log.has("feature", "model"):
        return absent(aspect, log, "feature", "model")
    models: dict[str, set[str]] = defaultdict(set)
    for record in log.good:
        models[record.feature].add(record.name)
    several = [feature for feature, found in models.items() if len(found) > 1]
    measures = (Measure("features", len(models)), Measure("with several models", len(several)))
    if "" in models:
        says = "Some calls have no feature, so their task cannot be told."
        return unclear(aspect, says, "Log the feature with each call.", *measures)
    if several:
        shown = [shown_feature(each, number) for number, each in enumerate(several, 1)]
        says = f"{counted(len(several), 'feature')} with more than one model: {listed(shown)}."
        step = "Compare the pairs with the table of tasks and models."
        return unclear(aspect, says, step, *measures)
    says = f"Each of {counted(len(models), 'feature')} is served by one model."
    return passed(aspect, says, *measures)


QUESTIONS = (
    question("max-tokens", "max_tokens is realistic", Strength.MEDIUM, max_tokens),
    question("stop-reasons", "Every answer has its stop reason", Strength.MEDIUM, stop_reasons),
    question("errors", "Errors are told apart by kind", Strength.MEDIUM, errors),
    question("cache", "The cache hit rate from both fields", Strength.MEDIUM, cache),
    question("cost", "Cost by model and feature", Strength.MEDIUM, cost),
    question("cost-by-user", "Cost by user", Strength.MEDIUM, cost_by_user),
    question("cost-logged", "Every call logs its cost", Strength.STRONG, cost_logged),
    question("prices", "Logged costs agree with the prices", Strength.STRONG, prices),
    question("estimates", "Estimated tokens against actual ones", Strength.STRONG, estimates),
    question("by-task", "Each task is served by one model", Strength.PARTIAL, by_task),
)
