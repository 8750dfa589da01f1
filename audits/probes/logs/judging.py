"""What every question put to a sample starts from."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from audits.probes.base import Aspect, Check, Measure, Strength
from audits.probes.logs.calls import Call, Step, calls_of
from audits.probes.logs.fields import TITLES
from audits.probes.logs.reading import Sample
from audits.probes.logs.records import Record
from audits.probes.prices import Prices
from audits.probes.saying import unclear
from audits.probes.words import listed

# Fewer lines of requests tell nothing of the whole.
LEAST = 20
# For percentiles, as the sources have it.
FOR_P95, FOR_P99 = 20, 100


@dataclass(frozen=True)
class Log:
    sample: Sample
    prices: Prices
    p95_ms: int

    @property
    def records(self) -> list[Record]:
        return self.sample.records

    @cached_property
    def good(self) -> list[Record]:
        return [record for record in self.records if not record.failed]

    @cached_property
    def failed(self) -> list[Record]:
        return [record for record in self.records if record.failed]

    @cached_property
    def calls(self) -> list[Call]:
        return calls_of(self.records)

    @cached_property
    def steps(self) -> list[Step]:
        return [step for call in self.calls for step in call.steps()]

    @cached_property
    def shows_attempts(self) -> bool:
        """Whether retries would be seen: lines count attempts, or show the same body again.
        Several lines under one id may as well be several calls."""
        counts = any(record.attempt or record.attempts for record in self.records)
        return counts or any(step.sure for step in self.steps)

    def has(self, *fields: str) -> bool:
        """Whether each is there on at least one line."""
        return all(any(field in record.has for record in self.records) for field in fields)


Look = Callable[[Log], Check]


@dataclass(frozen=True)
class Question:
    """An aspect and how it is looked at. One that needs `few` lines only looks at any number."""

    aspect: Aspect
    look: Look
    few: bool = False

    def asked(self, log: Log) -> Check:
        number = len(log.records)
        if number < LEAST and not self.few:
            says = f"Too few lines of requests: {number}, where {LEAST} are needed."
            return unclear(self.aspect.name, says, "Send the last 1,000 lines or more.")
        return self.look(log)


def question(
    name: str, looks_at: str, strength: Strength, look: Look, few: bool = False
) -> Question:
    return Question(Aspect(name, looks_at, strength), look, few)


def titles(fields: Iterable[str]) -> str:
    return listed([TITLES[field] for field in fields], 10)


def absent(aspect: str, log: Log, *needed: str) -> Check:
    """No line has a field that the question needs."""
    missing = titles(each for each in needed if not log.has(each))
    says = f"No line has its {missing} under a name that is understood."
    return unclear(aspect, says, f"Log with each request: {missing}.")


def percentile(values: Sequence[float], share: float) -> int:
    """The nearest rank, in whole numbers; `values` are sorted and not empty."""
    return round(values[max(0, math.ceil(len(values) * share) - 1)])


def percent(part: int, whole: int) -> Decimal:
    """With one digit, 0 of nothing."""
    if not whole:
        return Decimal(0)
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"))


def mix(name: str, counts: Counter[str]) -> tuple[Measure, ...]:
    return tuple(Measure(f"{name} {kind}", number) for kind, number in counts.most_common(12))
