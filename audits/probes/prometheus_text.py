"""What a Prometheus endpoint shows, as exact figures."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from prometheus_client.parser import text_string_to_metric_families

from audits.probes.reading import LARGEST

MOST_SAMPLES = 100_000


class NotPrometheus(ValueError):
    """The text is not of Prometheus' format."""


@dataclass(frozen=True)
class Row:
    """A sample: its labels and its value, which is finite."""

    labels: Mapping[str, str]
    value: Decimal


@dataclass(frozen=True)
class Scrape:
    """Rows by the sample's name, as `anthropic_requests_total`; `types` by the family's, which
    for counters is without `_total`."""

    rows: Mapping[str, tuple[Row, ...]]
    types: Mapping[str, str]

    def of(self, name: str) -> tuple[Row, ...]:
        return self.rows.get(name, ())

    def type_of(self, name: str) -> str:
        return self.types.get(name) or self.types.get(name.removesuffix("_total"), "")

    def labels_of(self, name: str) -> frozenset[str]:
        return frozenset(label for row in self.of(name) for label in row.labels)

    def total(self, name: str) -> Decimal:
        return sum((row.value for row in self.of(name)), Decimal(0))


def parse(text: str) -> Scrape:
    rows: dict[str, list[Row]] = defaultdict(list)
    types: dict[str, str] = {}
    try:
        for family in text_string_to_metric_families(text):
            types[family.name] = family.type
            for sample in islice(family.samples, MOST_SAMPLES):
                value = Decimal(str(sample.value))
                if value.is_finite():
                    rows[sample.name].append(Row(dict(sample.labels), value))
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, ArithmeticError):
        raise NotPrometheus("It cannot be read as Prometheus text.") from None
    return Scrape({name: tuple(found) for name, found in rows.items()}, types)


@dataclass(frozen=True)
class Histogram:
    """Cumulative counts by upper bound in seconds; the last bound is None, for infinity."""

    buckets: tuple[tuple[Decimal | None, Decimal], ...]

    @property
    def count(self) -> int:
        return int(self.buckets[-1][1]) if self.buckets else 0

    @property
    def bounds(self) -> tuple[Decimal, ...]:
        return tuple(bound for bound, _ in self.buckets if bound is not None)

    def between(self, share: Decimal) -> tuple[Decimal, Decimal | None]:
        """The bounds of the bucket in which that share of the samples is reached."""
        rank, below = share * self.count, Decimal(0)
        for bound, reached in self.buckets:
            if reached >= rank:
                return below, bound
            below = bound if bound is not None else below
        return below, None

    def quantile(self, share: Decimal) -> Decimal | None:
        """Seconds, by a straight line through its bucket as Prometheus does; None where that
        reaches to infinity or there is no sample."""
        low, high = self.between(share)
        if high is None or not self.count:
            return None
        counts = dict(self.buckets)
        before, reached = counts.get(low, Decimal(0)), counts[high]
        if reached == before:
            return high
        return low + (high - low) * (share * self.count - before) / (reached - before)


def histograms(scrape: Scrape, name: str, label: str) -> dict[str, Histogram]:
    """By that label's value, other labels added up."""
    found: dict[str, dict[Decimal | None, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in scrape.of(f"{name}_bucket"):
        bound = _bound(row.labels.get("le", ""))
        found[row.labels.get(label, "")][bound] += row.value
    return {
        key: Histogram(tuple(sorted(buckets.items(), key=_by_bound)))
        for key, buckets in found.items()
        if None in buckets
    }


def _by_bound(bucket: tuple[Decimal | None, Decimal]) -> tuple[bool, Decimal]:
    return bucket[0] is None, bucket[0] or Decimal(0)


def _bound(text: str) -> Decimal | None:
    """None for infinity, and for what is no bound, which then counts as beyond all others: as
    1e999999 does, which would be written out with all its zeros."""
    try:
        value = Decimal(text)
    except ArithmeticError:
        return None
    return value if value.is_finite() and -LARGEST < value < LARGEST else None
