"""Hours and days stay when runs and samples go."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from audits.models import ProbeRun, RolledUp, Rollup, Sample, Watch, retention, rolling
from tests.audits.probing import FakeProbe, only

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)


@pytest.fixture
def watch(monkeypatch, project) -> Watch:
    only(monkeypatch, FakeProbe("looker"))
    return project.environments.create(name="eu-west", kind="production").watches.get()


def ran(watch: Watch, at: dt.datetime, verdict: str = "pass", *, ms: str = "", **more) -> ProbeRun:
    """A run that ended then, with one sample of that TTFT and twice the total."""
    run = ProbeRun.objects.create(
        watch=watch,
        state="done",
        finished_at=at,
        queued_at=at,
        verdict=verdict,
        **{"finding": {"says": "So."}} | more,
    )
    if ms:
        taken = {"ttft_ms": Decimal(ms), "total_ms": 2 * Decimal(ms)} if ms != "none" else {}
        Sample.objects.create(watch=watch, run=run, at=at, model="m", **taken)
    Watch.objects.filter(pk=watch.pk).update(verdict_at=at, last_run=run)
    return run


def roll_up(now: dt.datetime) -> bool:
    return rolling.roll_up(now, retention.let_go)


def hour(start: dt.datetime) -> Rollup:
    return Rollup.objects.get(period="hour", start=start)


def test_hour_counts_what_was_said(watch):
    for minute, verdict in enumerate(("pass", "pass", "fail", "inconclusive", "error")):
        ran(watch, NOON + minute * MINUTE, verdict)
    ran(watch, NOON + HOUR, "fail")

    roll_up(NOON + HOUR + 3 * MINUTE)

    row = hour(NOON)
    assert (row.passes, row.fails, row.inconclusives, row.errors) == (2, 1, 1, 1)


def test_hour_has_percentiles_of_its_calls(watch):
    for minute in range(20):
        ran(watch, NOON + minute * MINUTE, ms=str(100 + minute))
    ran(watch, NOON + 30 * MINUTE, ms="none")

    roll_up(NOON + HOUR + 3 * MINUTE)

    row = hour(NOON)
    assert (row.samples, row.failed_samples) == (20, 1)
    assert row.ttft_p50_ms == pytest.approx(Decimal(109), rel=Decimal("0.01"))
    assert row.total_p95_ms == pytest.approx(Decimal(236), rel=Decimal("0.01"))


def test_hour_that_is_not_over_waits(watch):
    ran(watch, NOON)

    roll_up(NOON + HOUR + MINUTE)

    assert not Rollup.objects.exists()


def test_rolling_up_twice_changes_nothing(watch):
    ran(watch, NOON, ms="100")
    roll_up(NOON + 2 * DAY)
    before = list(Rollup.objects.order_by("pk").values())
    RolledUp.objects.update(until=NOON - DAY)

    roll_up(NOON + 2 * DAY)

    assert list(Rollup.objects.order_by("pk").values()) == before


def test_day_is_what_its_hours_add_up_to(watch):
    for number in range(5):
        ran(watch, NOON + number * HOUR, ms=str(100 * (number + 1)))

    roll_up(NOON + DAY)

    day = Rollup.objects.get(period="day")
    assert (day.start, day.passes, day.samples) == (NOON - 12 * HOUR, 5, 5)
    assert day.ttft_p50_ms == pytest.approx(Decimal(300), rel=Decimal("0.01"))


def test_what_another_worker_rolls_up_is_left_to_it(watch):
    ran(watch, NOON)
    now = NOON + 3 * HOUR
    RolledUp.objects.create(period="hour", lease_until=now + MINUTE)

    assert [roll_up(now), roll_up(now + rolling.LEASE)] == [False, True]


def test_rolling_up_is_due_once_an_hour(watch):
    ran(watch, NOON)
    roll_up(NOON + HOUR + 3 * MINUTE)

    dues = [rolling.is_due(NOON + 2 * HOUR + minutes * MINUTE) for minutes in (0, 1, 2, 30)]

    assert dues == [False, False, True, True]


def test_clock_that_was_set_back_does_not_end_the_roll_ups(watch):
    ran(watch, NOON)
    roll_up(NOON + 400 * DAY)

    assert rolling.is_due(NOON + 2 * HOUR)
    roll_up(NOON + 2 * HOUR + 2 * MINUTE)
    ran(watch, NOON + 2 * HOUR + 5 * MINUTE)
    roll_up(NOON + 3 * HOUR + 2 * MINUTE)

    assert hour(NOON + 2 * HOUR).passes == 1


def test_details_go_after_a_day_and_the_run_after_two_weeks(watch):
    old, middle, new = (ran(watch, NOON - days * DAY, ms="9") for days in (15, 3, 0.5))
    ran(watch, NOON - HOUR)

    roll_up(NOON)

    left = dict(ProbeRun.objects.values_list("pk", "finding"))
    assert old.pk not in left
    assert left[middle.pk] is None
    assert left[new.pk] is not None
    assert Sample.objects.count() == 2
    assert Rollup.objects.filter(period="day", samples=1).count() == 2


def test_last_run_changes_of_verdict_and_evidence_stay(watch):
    stays = ran(watch, NOON - 100 * DAY, stays=True)
    last = ran(watch, NOON - 99 * DAY)

    roll_up(NOON)

    left = dict(ProbeRun.objects.values_list("pk", "finding"))
    assert set(left) == {stays.pk, last.pk}
    assert None not in left.values()


def test_hours_go_after_three_months_and_days_stay(watch):
    for days in (100, 80):
        ran(watch, NOON - days * DAY)

    roll_up(NOON)

    kept = list(Rollup.objects.order_by("period", "start").values_list("period", "start__month"))
    assert kept == [("day", 1), ("day", 2), ("hour", 2)]


def test_nothing_goes_before_it_is_rolled_up(watch):
    old = ran(watch, NOON - 20 * DAY)
    ran(watch, NOON)

    retention.let_go(NOON, NOON - 21 * DAY)

    assert ProbeRun.objects.filter(pk=old.pk).exists()


def test_new_installation_has_nothing_to_roll_up(db):
    assert roll_up(timezone.now())

    assert not Rollup.objects.exists()
    assert not rolling.is_due(timezone.now())
