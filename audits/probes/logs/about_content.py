"""What should not stand in a log, and which models it names."""

from collections import Counter

from audits.probes.base import Check, Measure, Strength
from audits.probes.logs.judging import Log, absent, mix, percent, question
from audits.probes.model_ids import Pin, pin
from audits.probes.naming import OTHER, is_small, shown_model
from audits.probes.saying import failed, passed, unclear
from audits.probes.words import counted, listed

SMALL_PERCENT = 70


def secrets(log: Log) -> Check:
    aspect = "secrets"
    found = log.sample.with_key
    if found.count:
        says = f"An API key stands in the log: {found.words}."
        step = "Revoke it, and redact X-Api-Key and Authorization before anything is logged."
        return failed(aspect, says, step, Measure("lines with a key", found.count))
    if not log.records:
        return unclear(aspect, "The sample holds no request.", "Send the last 1,000 lines.")
    return passed(aspect, f"No key in {counted(log.sample.lines, 'line')}.")


def personal_data(log: Log) -> Check:
    aspect = "personal-data"
    found = log.sample.with_personal
    if found.count:
        measures = mix("lines with", log.sample.personal)
        says = f"What looks like personal data stands in {found.words}."
        step = "See whether the task needs it; mask it before the call, or before the log."
        return unclear(aspect, says, step, *measures)
    if not log.sample.with_text:
        says = "The sample holds no text of prompts, so what they carry was not seen."
        return unclear(aspect, says, "Look at a sample of prompts themselves.")
    says = (
        f"Nothing in {counted(log.sample.with_text, 'line')} with text looks like personal data."
    )
    return passed(aspect, says)


def models(log: Log) -> Check:
    """By what was asked for where that is logged: an answer always names a snapshot."""
    aspect = "models"
    if not log.has("model"):
        return absent(aspect, log, "model")
    asked = log.has("requested")
    counts = Counter(shown_model(r.requested if asked else r.name) for r in log.good)
    measures = mix("calls to", counts)
    moving = sorted(model for model in counts if model != OTHER and pin(model) is Pin.ALIAS)
    if moving:
        step = "Name the dated snapshot, or from 4.6 on the dateless id."
        return failed(aspect, f"Moving aliases are called: {listed(moving)}.", step, *measures)
    if counts[OTHER]:
        says = f"{counted(counts[OTHER], 'call')} name a model that is not understood."
        return unclear(aspect, says, "Log the model's id as the API has it.", *measures)
    if not asked:
        says = "The models that answered are pinned ones; what was asked for is not logged."
        return unclear(aspect, says, "Log the model of the request too.", *measures)
    return passed(aspect, f"{counted(len(counts), 'model')} called, all pinned.", *measures)


def small_first(log: Log) -> Check:
    aspect = "small-first"
    if not log.has("model"):
        return absent(aspect, log, "model")
    small = sum(is_small(shown_model(record.name)) for record in log.good)
    share = percent(small, len(log.good))
    measure = Measure("calls to the small model", share, "%")
    if share >= SMALL_PERCENT:
        return passed(aspect, f"{share}% of the calls went to the small model.", measure)
    says = f"{share}% of the calls went to the small model, where 70 to 80% are usual."
    return unclear(aspect, says, "Route simple tasks to it, or write down why not.", measure)


QUESTIONS = (
    question("secrets", "No key stands in the log", Strength.MEDIUM, secrets, few=True),
    question(
        "personal-data", "Personal data in the log", Strength.PARTIAL, personal_data, few=True
    ),
    question("models", "Models that are called are pinned", Strength.MEDIUM, models),
    question("small-first", "Share of the small model", Strength.MEDIUM, small_first),
)
