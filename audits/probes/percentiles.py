"""Percentiles by nearest rank, and how many samples each of them needs."""

from collections.abc import Sequence
from decimal import Decimal

LEAST = {50: 1, 95: 20, 99: 100}


def percentile(values: Sequence[Decimal], percent: int) -> Decimal | None:
    """The smallest value that at least so many per cent of the values do not exceed; None when
    there are too few to tell."""
    if len(values) < LEAST[percent]:
        return None
    rank = -(-len(values) * percent // 100)
    return sorted(values)[rank - 1]
