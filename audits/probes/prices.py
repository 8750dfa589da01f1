"""What calls cost: effective-dated rows in dollars per million tokens, from a file that the
operator may replace. After the items `prices-current` and `cost-recorded` of
claude-engineering."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from audits.probes.usage import Usage

MILLION = Decimal(1_000_000)
# What the API adds to a prompt beside what is sent.
UNSEEN_TOKENS = 1_024
_DATED = re.compile(r"-(?:\d{8}|latest)$")


class PricesFault(ValueError):
    """The file says no prices; the text says where and how to mend it."""


@dataclass(frozen=True)
class Row:
    """Prices of some models from the day `starts` on, for prompts of some length."""

    models: list[str]
    starts: dt.date | None
    prompt_above: int
    prompt_up_to: int | None
    input: Decimal
    output: Decimal
    cache_write_5m: Decimal
    cache_write_1h: Decimal
    cache_read: Decimal

    def holds(self, model: str, prompt_tokens: int, day: dt.date) -> bool:
        return (
            model in self.models
            and prompt_tokens > self.prompt_above
            and (self.prompt_up_to is None or prompt_tokens <= self.prompt_up_to)
            and (self.starts is None or self.starts <= day)
        )


class Prices:
    """`as_of` is the day on which somebody last compared the rows with the official prices."""

    def __init__(self, rows: list[Row], *, as_of: dt.date, batch_discount: Decimal) -> None:
        self.rows = rows
        self.as_of = as_of
        self.batch_discount = batch_discount

    @classmethod
    def load(cls, path: Path) -> "Prices":
        """Raises PricesFault."""
        from audits.probes.price_files import read  # what checks a file is slow to import

        return read(path)

    def row(self, model: str, prompt_tokens: int, at: dt.datetime) -> Row | None:
        """The row of that model, dated ids included, that holds at the time (aware)."""
        day = at.astimezone(dt.UTC).date()
        for name in (model, _DATED.sub("", model)):
            found = [row for row in self.rows if row.holds(name, prompt_tokens, day)]
            if found:
                return max(found, key=lambda row: row.starts or dt.date.min)
        return None

    def family(self, model: str) -> str:
        """The name under which the model has a price, or "": one of a few, whatever was asked."""
        for name in (model, _DATED.sub("", model)):
            if any(name in row.models for row in self.rows):
                return name
        return ""

    def cost(self, model: str, usage: Usage, at: dt.datetime) -> Decimal | None:
        """Dollars, unrounded; None for a model without a price at that time."""
        row = self.row(model, usage.prompt_tokens, at)
        if row is None:
            return None
        cost = (
            usage.input_tokens * row.input
            + usage.output_tokens * row.output
            + usage.cache_write_5m_tokens * row.cache_write_5m
            + usage.cache_write_1h_tokens * row.cache_write_1h
            + usage.cache_read_tokens * row.cache_read
        ) / MILLION
        return cost * (1 - self.batch_discount) if usage.batch else cost

    def at_most(self, body: Mapping[str, Any], at: dt.datetime) -> Decimal | None:
        """The most that a request of `POST /v1/messages` can cost, in dollars: a token is a byte
        or longer, the whole prompt may be written to the cache, and `max_tokens` come back. None
        for a model without a price, or with content that is fetched from elsewhere."""
        text = json.dumps(body, ensure_ascii=False)
        if re.search(r'"type": ?"(?:url|file|image|document|web_\w+)"', text):
            return None
        tokens = len(text.encode()) + UNSEEN_TOKENS
        row = self.row(str(body.get("model", "")), tokens, at)
        limit = body.get("max_tokens")
        if row is None or not isinstance(limit, int):
            return None
        prompt = row.input
        if '"cache_control"' in text:
            prompt = max(row.input, row.cache_write_5m, row.cache_write_1h)
        return (tokens * prompt + limit * row.output) / MILLION
