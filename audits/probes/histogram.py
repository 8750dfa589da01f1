"""Durations by the hundred thousand in a few hundred counters, which can be added up.

The buckets' bounds grow by a fixed factor, so that a percentile taken from them is within
ERROR of the one taken from the durations themselves, however many histograms were merged.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal

# Relative, of every percentile: 1 in 100.
ERROR = Decimal("0.01")
GROWTH = (1 + float(ERROR)) / (1 - float(ERROR))
# Shorter ones are counted as this, in ms.
LEAST_MS = Decimal("0.001")


class Histogram:
    """Of durations in ms. Bucket n holds those above GROWTH**(n - 1) and up to GROWTH**n."""

    def __init__(self, counts: Mapping[int, int] | None = None) -> None:
        self.counts: Counter[int] = Counter(counts or {})

    @classmethod
    def of(cls, durations: Iterable[Decimal]) -> "Histogram":
        return cls(Counter(_bucket(duration) for duration in durations))

    @classmethod
    def from_json(cls, data: Mapping[str, int]) -> "Histogram":
        return cls({int(bucket): count for bucket, count in data.items()})

    def as_json(self) -> dict[str, int]:
        return {str(bucket): self.counts[bucket] for bucket in sorted(self.counts)}

    def merge(self, other: "Histogram") -> None:
        self.counts.update(other.counts)

    @property
    def total(self) -> int:
        return self.counts.total()

    def percentile(self, percent: int) -> Decimal | None:
        """By nearest rank: the least duration that `percent` of all do not exceed, in ms with one
        place; None for no durations."""
        rank = math.ceil(self.total * percent / 100)
        reached = 0
        for bucket in sorted(self.counts):
            reached += self.counts[bucket]
            if reached >= rank:
                # The point whose relative distance to both bounds is the same.
                middle = 2 * GROWTH**bucket / (GROWTH + 1)
                return Decimal(str(round(middle, 1)))
        return None


def _bucket(duration: Decimal) -> int:
    return math.ceil(math.log(float(max(duration, LEAST_MS)), GROWTH))
