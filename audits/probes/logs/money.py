"""What the calls of a sample cost by today's prices."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from audits.probes.logs.judging import Log
from audits.probes.logs.records import Record
from audits.probes.naming import OTHER, shown_model
from audits.probes.prices import Prices
from audits.probes.usage import Usage

# The tasks that the sources name: other names may be anything, and are not shown.
TASKS = frozenset(
    {"chat", "code", "agent", "classify", "extract", "summarize", "translate", "generate_code",
     "analyze", "review_architecture", "complex_reasoning"}
)  # fmt: skip


@dataclass
class Costs:
    """In dollars. `by_feature` is by the app's own name, which is not to be shown."""

    calls: int = 0
    unpriced: int = 0
    total: Decimal = Decimal(0)
    by_model: Counter[str] = field(default_factory=Counter)
    by_feature: Counter[str] = field(default_factory=Counter)


def cost_of(record: Record, prices: Prices) -> Decimal | None:
    """Cache writes count as those of 5 minutes; None for a model without a price."""
    model = shown_model(record.name)
    if model == OTHER:
        return None
    usage = Usage(
        input_tokens=record.input or 0,
        output_tokens=record.output or 0,
        cache_read_tokens=record.cache_read or 0,
        cache_write_5m_tokens=record.cache_write or 0,
        batch=record.batch,
    )
    return prices.cost(model, usage, _when(record, prices))


def _when(record: Record, prices: Prices) -> dt.datetime:
    try:
        return dt.datetime.fromtimestamp(record.at or 0, dt.UTC) if record.at else _of(prices)
    except (ValueError, OverflowError, OSError):
        return _of(prices)


def _of(prices: Prices) -> dt.datetime:
    return dt.datetime.combine(prices.as_of, dt.time(), dt.UTC)


def costs_of(log: Log) -> Costs:
    found = Costs()
    for record in log.good:
        cost = cost_of(record, log.prices)
        if cost is None:
            found.unpriced += 1
            continue
        found.calls += 1
        found.total += cost
        found.by_model[shown_model(record.name)] += cost  # type: ignore[assignment]
        found.by_feature[record.feature] += cost  # type: ignore[assignment]
    return found


def shown_feature(name: str, number: int) -> str:
    return name if name in TASKS else f"feature {number}"
