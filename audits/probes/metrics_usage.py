"""What `app-metrics` asks of a scrape about tokens, cache and cost."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from audits.probes.base import Check, Measure
from audits.probes.metrics_checks import TOKENS
from audits.probes.naming import OTHER, shown_model
from audits.probes.prices import Prices
from audits.probes.prometheus_text import Scrape
from audits.probes.saying import failed, passed, unclear
from audits.probes.words import counted, dollars, listed

# Of the label `type`, by the field of Usage that it counts.
TYPES = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cache_read": "cache_read_tokens",
    "cache_read_input": "cache_read_tokens",
    "cache_write": "cache_write_5m_tokens",
    "cache_creation": "cache_write_5m_tokens",
    "cache_creation_input": "cache_write_5m_tokens",
}
# Two looks closer together than this tell little of a day.
APART = dt.timedelta(minutes=10)

Tokens = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Before:
    """Tokens so far by model and field of Usage, when last looked at."""

    at: dt.datetime
    tokens: Tokens

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Before | None":
        try:
            at = dt.datetime.fromisoformat(kept["at"])
            tokens = {
                str(model): {str(name): int(number) for name, number in found.items()}
                for model, found in kept["tokens"].items()
            }
        except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation):
            return None
        return cls(at, tokens) if at.tzinfo else None

    def kept(self) -> dict[str, Any]:
        return {"at": self.at.isoformat(), "tokens": self.tokens}


def counted_tokens(scrape: Scrape) -> Tokens:
    found: Tokens = defaultdict(lambda: defaultdict(int))
    for row in scrape.of(TOKENS):
        name = TYPES.get(row.labels.get("type", "").removesuffix("_tokens"))
        if name and 0 <= row.value < 10**15:
            found[shown_model(row.labels.get("model", ""))][name] += int(row.value)
    return {model: dict(fields) for model, fields in found.items()}


def look_at_tokens(scrape: Scrape) -> Check:
    aspect = "tokens"
    rows = scrape.of(TOKENS)
    types = {row.labels.get("type", "") for row in rows if row.value}
    if not rows:
        step = f"Count them in {TOKENS} with the labels model and type."
        return failed(aspect, "Tokens are not counted.", step)
    if not types:
        return unclear(aspect, "No token is counted yet.", "Run it again after a call.")
    lacks = sorted({"input", "output"} - types)
    if lacks or not all(row.labels.get("model") for row in rows):
        says = f"Tokens have no type {listed(lacks)}." if lacks else "Tokens lack their model."
        return failed(aspect, says, "Label them with the model and with type input or output.")
    measures = [
        Measure(f"{kind} tokens", int(sum(r.value for r in rows if r.labels.get("type") == kind)))
        for kind in ("input", "output")
    ]
    return passed(aspect, "Input and output tokens are counted by model.", *measures)


def look_at_cache(tokens: Tokens) -> Check:
    aspect = "cache"
    sums = {name: sum(each.get(name, 0) for each in tokens.values()) for name in TYPES.values()}
    read, written = sums["cache_read_tokens"], sums["cache_write_5m_tokens"]
    if not read and not written:
        step = "Count cache_read and cache_creation as types of their own."
        return unclear(aspect, "Neither cache reads nor cache writes are counted.", step)
    share = round(100 * Decimal(read) / (read + written + sums["input_tokens"]), 1)
    says = f"{share}% of the prompt tokens were read from the cache."
    measure = Measure("cache hit rate", share, "%")
    if not read:
        step = "See whether the prefix is identical from call to call, and warm."
        return unclear(aspect, "The cache is written and never read.", step, measure)
    return passed(aspect, says, measure)


def look_at_cost(tokens: Tokens, before: Before | None, now: dt.datetime, prices: Prices) -> Check:
    """From the tokens since the last look, at the prices of now."""
    aspect = "cost"
    if not tokens:
        step = f"Count tokens in {TOKENS} by model and type."
        return unclear(aspect, "Without tokens by model no cost can be told.", step)
    if before is None or now - before.at < APART:
        step = "The next run tells it from the difference."
        return unclear(aspect, "What a day costs shows from two looks some time apart.", step)
    spent = _difference(tokens, before.tokens)
    if spent is None:
        return unclear(
            aspect, "The counters began anew since the last look.", "Run it again later."
        )
    total, unpriced = _cost(spent, prices, now)
    if unpriced:
        says = f"There is no price for {counted(len(unpriced), 'model')}: {listed(unpriced)}."
        return unclear(aspect, says, "Add the model to the price table.")
    day = total * 86_400 / Decimal(int((now - before.at).total_seconds()))
    measure = Measure("cost a day", round(day, 4), "USD")
    return passed(aspect, f"At the pace since the last look a day costs {dollars(day)}.", measure)


def _difference(now: Tokens, before: Tokens) -> Tokens | None:
    spent: Tokens = {}
    for model, fields in now.items():
        was = before.get(model, {})
        spent[model] = {name: number - was.get(name, 0) for name, number in fields.items()}
        if min(spent[model].values()) < 0:
            return None
    return spent


def _cost(spent: Tokens, prices: Prices, now: dt.datetime) -> tuple[Decimal, list[str]]:
    """Prompts count as short: a sum of tokens does not tell how long each was."""
    total, unpriced = Decimal(0), []
    for model, fields in spent.items():
        if not any(fields.values()):
            continue
        row = prices.row(model, 0, now)
        if row is None or model == OTHER:
            unpriced.append(model)
            continue
        million = Decimal(1_000_000)
        total += fields.get("input_tokens", 0) * row.input / million
        total += fields.get("output_tokens", 0) * row.output / million
        total += fields.get("cache_read_tokens", 0) * row.cache_read / million
        total += fields.get("cache_write_5m_tokens", 0) * row.cache_write_5m / million
    return total, unpriced
