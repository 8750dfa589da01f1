"""What a watch saw over a time: the same from rows as from the roll-ups that take their place."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.models import ProbeRun, Watch, rolling
from audits.models.past import WINDOWS, past, percentile
from audits.models.rollups import Sample
from tests.audits.probing import FakeProbe, only

NOW = dt.datetime(2026, 11, 21, 12, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def watch(project, monkeypatch) -> Watch:
    only(monkeypatch, FakeProbe("latency"))
    watch = project.environments.create(kind="production", name="eu-west").watches.get()
    Watch.objects.update(verdict_at=NOW)
    return watch


def ran(watch: Watch, at: dt.datetime, verdict: str = "pass", calls: int = 1) -> None:
    ProbeRun.objects.create(
        watch=watch, state="done", verdict=verdict, queued_at=at, finished_at=at
    )
    Sample.objects.bulk_create(
        Sample(watch=watch, at=at, model="m", ttft_ms=Decimal(100), total_ms=Decimal(500 + each))
        for each in range(calls)
    )


def told(watch: Watch, window: str):
    whole = past(watch, WINDOWS[window], NOW).whole
    return whole.verdicts["pass"], whole.verdicts["fail"], whole.calls, whole.failed


@pytest.mark.parametrize("window", WINDOWS)
def test_roll_ups_say_what_the_rows_said(watch, window):
    for hours in (1, 3, 20):
        ran(watch, NOW - hours * HOUR, "fail" if hours == 3 else "pass", calls=2)
    Sample.objects.create(watch=watch, at=NOW - 2 * HOUR, model="m", error="It broke off.")
    before = told(watch, window)

    rolling.roll_up(NOW, lambda now, until: None)

    assert before == told(watch, window) == (2, 1, 6, 1)


def test_rows_that_are_gone_are_told_from_days(watch):
    ran(watch, NOW - 40 * 24 * HOUR)
    rolling.roll_up(NOW, lambda now, until: None)
    ProbeRun.objects.all().delete()
    Sample.objects.all().delete()
    watch.rollups.filter(period="hour").delete()

    assert told(watch, "90d") == (1, 0, 1, 0)
    assert told(watch, "24h") == (0, 0, 0, 0)


def test_step_grows_until_p95_can_be_told(watch):
    for hour in range(1, 24):
        ran(watch, NOW - hour * HOUR, calls=8)

    seen = past(watch, WINDOWS["24h"], NOW)

    assert seen.step == 3 * HOUR
    assert percentile(seen.steps[2].total, 95) is not None


def test_percentile_of_too_few_is_none(watch):
    ran(watch, NOW - HOUR, calls=19)

    whole = past(watch, WINDOWS["24h"], NOW).whole

    assert percentile(whole.total, 95) is None
    assert percentile(whole.total, 50) is not None


def test_year_takes_as_many_queries_as_an_hour(watch):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            past(watch, WINDOWS["1y"], NOW)
        return len(captured)

    ran(watch, NOW - HOUR)
    rolling.roll_up(NOW, lambda now, until: None)
    few = queries()
    for days in range(1, 30):
        ran(watch, NOW - days * 24 * HOUR)

    assert queries() == few
