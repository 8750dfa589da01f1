"""The limiter by a clock of its own."""

import pytest

from audits.probes.windows import Entry, Limit, correct, estimate, reserve

FIVE = Limit(requests=5, tokens=1_000)


def filled(*entries, limit=FIVE):
    window = ()
    for number, (at, tokens) in enumerate(entries):
        window, wait = reserve(window, Entry(str(number), at, tokens), limit)
        assert wait == 0
    return window


def test_the_sixth_request_waits_until_the_first_has_left_the_window():
    window = filled(*[(at, 0) for at in range(5)])
    window, wait = reserve(window, Entry("6", 10.0, 0), FIVE)
    assert (len(window), wait) == (5, 50.0)
    window, wait = reserve(window, Entry("6", 60.0, 0), FIVE)
    assert (len(window), wait) == (5, 0)


def test_tokens_wait_until_enough_of_them_have_left():
    window = filled((0, 400), (5, 400), (6, 100))
    _, wait = reserve(window, Entry("n", 10.0, 300), FIVE)
    assert wait == 50.0  # the first 400 are enough
    _, wait = reserve(window, Entry("n", 10.0, 600), FIVE)
    assert wait == 55.0  # the second as well


def test_what_is_above_the_whole_limit_is_refused_and_does_not_wait():
    with pytest.raises(ValueError, match="1,001 tokens are above the limit of 1,000"):
        reserve((), Entry("n", 0.0, 1_001), FIVE)


def test_each_call_ends_with_its_own_usage():
    window = filled((0, 400), (1, 400))
    window = correct(window, "0", 50)
    assert [entry.tokens for entry in window] == [50, 400]
    window, wait = reserve(window, Entry("n", 2.0, 500), FIVE)
    assert wait == 0


def test_a_clock_that_is_put_back_does_not_block_anybody():
    window = filled(*[(5_000 + at, 0) for at in range(5)])
    assert reserve(window, Entry("n", 10.0, 0), FIVE)[1] == 0


def test_an_estimate_counts_everything_that_is_sent_and_may_come_back():
    words = {"messages": [{"role": "user", "content": "x" * 400}]}
    bare = estimate(words | {"max_tokens": 0})
    assert 100 <= bare < 120
    assert estimate(words) == bare + 1_024
    assert estimate(words | {"system": "y" * 4_000, "max_tokens": 0}) > bare + 990
    assert estimate(words | {"tools": [{"name": "z" * 400}], "max_tokens": 0}) > bare + 90
