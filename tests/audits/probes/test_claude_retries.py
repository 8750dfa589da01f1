"""Retries, as the server sees their times."""

import datetime as dt
import itertools
import statistics
import time
from email.utils import format_datetime
from types import SimpleNamespace

import pytest

from audits.net.door import Door
from audits.probes import claude, claude_retries
from audits.probes.claude import ApiFault, Practice, Situation
from audits.probes.claude_retries import PRACTICE, pause, retry_after_s, within
from tests.audits.probes.clients import HELLO, QUICK, client

RETRIED = ["rate-limited", "server-error", "overloaded", "unavailable", "timeout", "conflict"]
NOT_RETRIED = [
    "unclassified-400",
    "invalid-key",
    "billing",
    "permission",
    "edge",
    "model-unknown",
    "too-large",
    "tier-cap",
    "contract-cap",
    "credits-exhausted",
]


def gaps(fake):
    times = [seen.at for seen in fake.requests]
    return [later - earlier for earlier, later in itertools.pairwise(times)]


@pytest.fixture
def paused(monkeypatch) -> list[float]:
    """The pauses that were made: what the server sees of them is longer, by whatever else the
    machine did."""
    paused: list[float] = []

    def sleep(seconds: float) -> None:
        paused.append(seconds)
        time.sleep(seconds)

    monkeypatch.setattr(claude, "time", SimpleNamespace(monotonic=time.monotonic, sleep=sleep))
    return paused


@pytest.mark.parametrize("name", [*RETRIED, "request-timeout", "reset", "cut"])
def test_what_passes_is_tried_again_and_succeeds(fake, name):
    fake.plan(name)
    assert client(fake).message(HELLO).status == 200
    assert len(fake.requests) == 2


@pytest.mark.parametrize("name", NOT_RETRIED)
@pytest.mark.parametrize("asked", [{}, {"x-should-retry": "true", "retry-after": "0"}])
def test_what_would_only_fail_again_is_asked_once(fake, name, asked):
    fake.plan(name, times=None, headers=asked)
    with pytest.raises(ApiFault):
        client(fake).message(HELLO)
    assert len(fake.requests) == 1


def test_the_last_error_is_raised_after_three_attempts_without_a_further_wait(fake, monkeypatch):
    waits = []
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=waits.append)
    monkeypatch.setattr(claude, "time", clock)
    fake.plan("overloaded", times=None)
    with pytest.raises(ApiFault) as caught:
        client(fake, practice=Practice(base_s=0.3, total_s=60)).message(HELLO)
    assert len(waits) == 2
    fault = caught.value
    assert (fault.situation, fault.status, fault.attempts) == (Situation.OVERLOADED, 529, 3)
    assert fault.request_id
    assert len(fake.requests) == 3


def test_gaps_grow_by_half_at_least(fake, paused):
    fake.plan("server-error", times=None)
    with pytest.raises(ApiFault):
        client(fake, practice=Practice(attempts=4, base_s=0.2, total_s=60)).message(HELLO)
    first, second, third = paused
    assert first >= 0.2
    assert second >= 1.5 * first
    assert third >= 1.5 * second
    assert all(gap >= wait for gap, wait in zip(gaps(fake), paused, strict=True))


def waits(practice, attempt=1, count=2_000):
    fault = ApiFault(Situation.SERVER, "", status=500)
    return [pause(fault, attempt, practice) for _ in range(count)]


def test_waits_are_those_of_the_sources_with_jitter_on_top():
    for attempt, base in ((1, 1.0), (2, 2.0)):
        given = waits(PRACTICE, attempt)
        assert base <= min(given) < base * 1.02
        assert base * 1.23 < max(given) <= base * 1.25
        # Above the 3% at which jitter can be told from noise.
        assert statistics.stdev(given) / statistics.mean(given) > 0.03
    assert max(waits(Practice(attempts=9), 8)) <= 8.0 * 1.25
    assert set(waits(PRACTICE, 3)) == {None}


def test_full_jitter_spreads_over_the_whole_wait():
    given = waits(Practice(full_jitter=True))
    assert min(given) < 0.02
    assert 0.98 < max(given) <= 1.0


@pytest.mark.parametrize("name", ["rate-limited", "overloaded"])
def test_retry_after_is_obeyed_exactly(fake, name, paused):
    fake.plan(name, retry_after=1)
    client(fake).message(HELLO)
    assert paused == [1.0]
    assert gaps(fake)[0] >= 1.0


def test_milliseconds_go_before_seconds(fake, paused):
    fake.plan("rate-limited", headers={"retry-after-ms": "300", "retry-after": "4"})
    client(fake).message(HELLO)
    assert paused == [0.3]
    assert gaps(fake)[0] >= 0.3


@pytest.mark.parametrize(("said", "attempts"), [("true", 2), ("false", 1), ("perhaps", 1)])
def test_x_should_retry_overrules_both_ways(fake, said, attempts):
    # A 422 is not retried by itself, a 500 is.
    fake.plan("unprocessable", headers={"x-should-retry": said})
    if attempts == 2:
        client(fake).message(HELLO)
    else:
        with pytest.raises(ApiFault):
            client(fake).message(HELLO)
    assert len(fake.requests) == attempts


def test_a_server_error_that_asks_not_to_be_retried_is_not(fake):
    fake.plan("server-error", headers={"x-should-retry": "false"})
    with pytest.raises(ApiFault):
        client(fake).message(HELLO)
    assert len(fake.requests) == 1


NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after": format_datetime(NOW + dt.timedelta(seconds=9), usegmt=True)}, 9.0),
        ({"retry-after": format_datetime(NOW - dt.timedelta(seconds=9), usegmt=True)}, 0.0),
        ({"retry-after": "tomorrow"}, None),
        ({"retry-after": "Sat, 21 Nov 99999999999999999999 14:00:45 GMT"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "1e999"}, None),
    ],
)
def test_retry_after_is_read_in_every_form(headers, seconds):
    assert retry_after_s(headers, NOW) == seconds


def test_a_wait_that_the_caller_cannot_bear_ends_with_the_error(fake):
    fake.plan("rate-limited", retry_after=30)
    began = time.monotonic()
    with pytest.raises(ApiFault) as caught:
        client(fake, practice=QUICK).message(HELLO)
    assert caught.value.retry_after_s == 30
    assert time.monotonic() - began < 10
    assert len(fake.requests) == 1


def test_a_hang_ends_at_the_limit_of_the_whole_call_retries_included(fake):
    fake.plan("hang", times=None, seconds=20)
    began = time.monotonic()
    with pytest.raises(ApiFault) as caught:
        client(fake, practice=Practice(total_s=0.6)).list_models()
    assert 0.6 <= time.monotonic() - began < 10
    assert caught.value.situation is Situation.TIMEOUT


@pytest.mark.parametrize("what", ["drip", "stream-drip"])
def test_a_drip_does_not_extend_the_limit(fake, what):
    fake.plan(what, every=0.05, after=0)
    began = time.monotonic()
    claude = client(fake, practice=Practice(total_s=0.6))
    if what == "drip":
        with pytest.raises(ApiFault) as caught:
            claude.list_models()
        fault = caught.value
    else:
        fault = claude.stream(HELLO).error
    assert 0.6 <= time.monotonic() - began < 10
    assert fault.situation is Situation.TIMEOUT


def test_a_call_ends_before_the_run_that_makes_it():
    assert within(30).total_s == 24
    assert within(300).total_s == PRACTICE.total_s == 90


def test_a_practice_without_attempts_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        Practice(attempts=0)


def test_connecting_has_a_limit_of_its_own(fake, monkeypatch):
    seen = []
    ask = Door.request
    monkeypatch.setattr(Door, "request", lambda *a, **k: seen.append(k["limits"]) or ask(*a, **k))
    client(fake, practice=PRACTICE).list_models()
    assert seen[0].connect_s == 5.0
    assert 89 < seen[0].total_s <= 90.0
    assert claude_retries.PRACTICE.attempts == 3
