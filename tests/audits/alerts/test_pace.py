import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.alerts.pace import ATTEMPTS, LONGEST_S, wait_s
from audits.alerts.posting import retry_after

NOW = dt.datetime(2026, 11, 21, 14, 0, tzinfo=dt.UTC)


@given(st.integers(1, 60), st.randoms())
def test_wait_doubles_up_to_an_hour_with_a_half_of_jitter(attempts, chance):
    whole = min(10 * 2 ** (attempts - 1), LONGEST_S)

    assert whole / 2 <= wait_s(attempts, None, chance=chance) <= whole


def test_trying_takes_hours_and_not_days():
    whole = sum(wait_s(attempt, None, chance=random.Random(1)) for attempt in range(1, ATTEMPTS))

    assert 3 * 3600 < whole < 7 * 3600


def test_many_do_not_come_back_at_once():
    waits = {wait_s(3, None, chance=random.Random(seed)) for seed in range(50)}

    assert len(waits) == 50


def test_wait_that_was_asked_for_is_kept():
    assert wait_s(1, 120, chance=random.Random(1)) == 120


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        (" 0 ", 0),
        ("999999999999", 3600),
        ("Sat, 21 Nov 2026 14:00:45 GMT", 45),
        ("Sat, 21 Nov 2026 13:00:00 GMT", 0),
        ("Sun, 22 Nov 2026 14:00:00 GMT", 3600),
        ("", None),
        ("soon", None),
        ("Sat, 21 Nov 99999999999999999999 14:00:45 GMT", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
    ],
)
def test_what_a_retry_after_asks_for(header, seconds):
    assert retry_after(header, NOW) == seconds
