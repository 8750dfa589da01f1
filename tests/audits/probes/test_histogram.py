import math
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.probes.histogram import ERROR, Histogram

DURATIONS = st.decimals("5", "600000", places=3)


def nearest_rank(durations: list[Decimal], percent: int) -> Decimal:
    return sorted(durations)[math.ceil(len(durations) * percent / 100) - 1]


def is_near(found: Decimal | None, true: Decimal) -> bool:
    # A tenth of a millisecond is what it is rounded to.
    return found is not None and abs(found - true) <= true * ERROR + Decimal("0.05")


@given(st.lists(DURATIONS, min_size=1, max_size=200), st.sampled_from([50, 95, 99]))
def test_percentile_is_within_its_error(durations, percent):
    found = Histogram.of(durations).percentile(percent)

    assert is_near(found, nearest_rank(durations, percent))


@given(st.lists(st.lists(DURATIONS, min_size=1, max_size=40), min_size=1, max_size=24))
def test_merged_hours_say_what_the_whole_day_says(hours):
    day = Histogram()
    for hour in hours:
        day.merge(Histogram.from_json(Histogram.of(hour).as_json()))

    durations = [duration for hour in hours for duration in hour]
    assert day.counts == Histogram.of(durations).counts
    assert is_near(day.percentile(95), nearest_rank(durations, 95))


def test_mean_of_percentiles_would_be_far_off_where_merged_histograms_are_not():
    quick, slow = [Decimal(100)] * 990, [Decimal(9000)] * 10
    day = Histogram.of(quick)
    day.merge(Histogram.of(slow))

    assert is_near(day.percentile(95), Decimal(100))


def test_hundred_thousand_durations_take_some_hundred_counters():
    chance = random.Random(7)
    durations = [Decimal(str(round(chance.lognormvariate(6, 1), 3))) for _ in range(100_000)]

    assert len(Histogram.of(durations).as_json()) < 600


def test_nothing_has_no_percentile():
    assert Histogram().percentile(95) is None


@pytest.mark.parametrize("duration", ["0", "-3", "0.0001"])
def test_clock_that_stood_still_is_no_error(duration):
    assert Histogram.of([Decimal(duration)]).percentile(50) == 0
