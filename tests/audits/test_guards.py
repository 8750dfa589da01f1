"""The guards that all workers share."""

import contextlib
import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from audits.models.call_rows import CircuitBreaker, RateWindow
from audits.models.guards import DatabaseBreaker, DatabaseLimiter, guards_for, prices
from audits.probes.circuits import Outcome
from audits.probes.guards import CircuitOpen, LimitReached
from audits.probes.prices import PricesFault
from audits.probes.windows import Limit
from tests.audits.racing import at_once

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


@pytest.fixture
def environment(project):
    return project.environments.create(name="eu-west", kind="production")


def worker(scope="a") -> DatabaseBreaker:
    return DatabaseBreaker(scope)


def fail(times, scope="a"):
    for _ in range(times):
        breaker = worker(scope)
        breaker.report(breaker.admit(), Outcome.FAULT)


def admitted(times, scope="a"):
    given = []
    for _ in range(times):
        with contextlib.suppress(CircuitOpen):
            given.append(worker(scope).admit())
    return given


def test_failures_of_all_workers_open_it_for_all(db):
    fail(5)
    with pytest.raises(CircuitOpen):
        worker().admit()


def test_another_environment_is_not_cut_off(db):
    fail(5)
    assert len(admitted(3, "b")) == 3


def test_after_a_minute_three_are_let_through_and_close_it(db):
    with time_machine.travel(NOON, tick=False) as clock:
        fail(5)
        clock.shift(59.9)
        assert not admitted(10)
        clock.shift(0.1)
        trials = admitted(10)
        assert len(trials) == 3
        for trial in trials:
            worker().report(trial, Outcome.SUCCESS)
    assert CircuitBreaker.objects.get().state == "closed"
    assert len(admitted(10)) == 10


def test_a_failed_trial_opens_it_again(db):
    with time_machine.travel(NOON, tick=False) as clock:
        fail(5)
        clock.shift(61)
        worker().report(admitted(1)[0], Outcome.FAULT)
        clock.shift(59)
        assert not admitted(1)
        clock.shift(1)
        assert admitted(1)


def test_trials_of_a_worker_that_died_do_not_hold_it_half_open(db):
    with time_machine.travel(NOON, tick=False) as clock:
        fail(5)
        clock.shift(60)
        assert len(admitted(5)) == 3
        clock.shift(121)
        assert not admitted(1)  # they have failed: it is open again
        clock.shift(60)
        assert len(admitted(5)) == 3


def test_a_success_while_closed_forgets_the_failures(db):
    fail(4)
    worker().report(worker().admit(), Outcome.SUCCESS)
    fail(4)
    assert admitted(1)


def test_while_all_is_well_nothing_is_written_and_nothing_locked(db, django_assert_num_queries):
    with django_assert_num_queries(2):
        breaker = worker()
        breaker.report(breaker.admit(), Outcome.SUCCESS)
    assert not CircuitBreaker.objects.exists()


def test_workers_share_one_window(db):
    limit = Limit(requests=2, tokens=1_000)
    with time_machine.travel(NOON, tick=False) as clock:
        assert DatabaseLimiter("a", limit).reserve("1", 10) == 0
        clock.shift(20)
        assert DatabaseLimiter("a", limit).reserve("2", 10) == 0
        assert DatabaseLimiter("a", limit).reserve("3", 10) == 40
        clock.shift(40)
        assert DatabaseLimiter("a", limit).reserve("3", 10) == 0
    assert len(RateWindow.objects.get().entries) == 2


def test_each_entry_ends_with_its_own_usage(db):
    limiter = DatabaseLimiter("a")
    limiter.reserve("1", 1_000)
    limiter.reserve("2", 2_000)
    limiter.correct("1", 7)
    assert [entry[2] for entry in RateWindow.objects.get().entries] == [7, 2_000]


def test_what_is_above_the_whole_limit_is_refused(db):
    with pytest.raises(LimitReached, match=r"100,001 tokens are above the limit of 100,000"):
        DatabaseLimiter("a").reserve("1", 100_001)


def test_an_environment_s_guards_are_those_of_its_api(environment):
    guards = guards_for(environment, None)
    assert guards.breaker.scope == guards.limiter.scope
    assert guards.breaker.scope == f"{environment.pk} {environment.api_url}"


def test_prices_are_read_again_when_the_operator_changes_them(settings, tmp_path):
    path = tmp_path / "prices.yaml"
    text = settings.PRICES_FILE.read_text()
    path.write_text(text)
    settings.PRICES_FILE = path
    assert prices().batch_discount == Decimal("0.5")
    path.write_text(text.replace("batch_discount: 0.5", "batch_discount: 0.25"))
    assert prices().batch_discount == Decimal("0.25")
    path.write_text("nonsense")
    with pytest.raises(PricesFault, match=r"prices\.yaml"):
        prices()
    path.unlink()
    with pytest.raises(PricesFault, match="cannot be read"):
        prices()


@pytest.mark.django_db(transaction=True)
def test_failures_at_once_are_all_counted():
    def fail_once():
        breaker = worker()
        breaker.report(breaker.admit(), Outcome.FAULT)

    at_once(*[fail_once] * 4)
    assert CircuitBreaker.objects.get().failures == 4


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_exactly_three_are_trials():
    with time_machine.travel(NOON):
        fail(5)
    trials = at_once(*[lambda: len(admitted(1))] * 8)
    assert sum(trials) == 3


@pytest.mark.django_db(transaction=True)
def test_at_once_no_more_than_the_limit_go_out():
    limit = Limit(requests=3, tokens=1_000)
    waits = at_once(
        *[lambda n=n: DatabaseLimiter("a", limit).reserve(str(n), 1) for n in range(8)]
    )
    assert waits.count(0) == 3
