"""What is drawn of a watch's past, and said beside the drawing."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from audits.models import Release, Watch
from audits.models.rollups import Sample
from audits.models.running import record
from audits.probes.base import Finding, Measure, Verdict
from tests.audits.probing import FAIL, PASS, FakeProbe, only
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page

HOUR = dt.timedelta(hours=1)


def spending(spent: str) -> Finding:
    measures = (
        Measure("spent", Decimal(spent), "USD"),
        Measure("budget", Decimal("400.00"), "USD"),
        Measure("period", "2026-11"),
    )
    return Finding(Verdict.PASS, "It was read.", "Asked.", measures=measures)


@pytest.fixture
def watches(project, monkeypatch, alice) -> dict[str, Watch]:
    only(monkeypatch, FakeProbe("latency"), FakeProbe("spend-to-date"))
    environment = project.environments.create(kind="production", name="eu-west")
    watches = {watch.probe: watch for watch in environment.watches.all()}
    record(watches["latency"], PASS, by=alice)
    return watches


def called(watch: Watch, number: int, *, ago: dt.timedelta = HOUR, ms: int = 900, error: str = ""):
    at = timezone.now() - ago
    took = None if error else Decimal(ms)
    Sample.objects.bulk_create(
        Sample(watch=watch, at=at, model="m", ttft_ms=took, total_ms=took, error=error)
        for _ in range(number)
    )


def seen(browser, user, watch: Watch, query: str = "") -> Page:
    return Page(browser(user).get(f"{watch.get_absolute_url()}{query}"))


def test_percentiles_come_with_their_number_of_samples(browser, vic, watches):
    called(watches["latency"], 120)

    page = seen(browser, vic, watches["latency"])

    assert "Total time" in page.text
    assert len(page.all("td", **{"data-label": "Samples"})) == 2
    assert " 120 " in page.text
    assert "too few samples" not in page.text


def test_too_few_samples_are_said_to_be_too_few(browser, vic, watches):
    called(watches["latency"], 19)

    text = seen(browser, vic, watches["latency"]).text

    assert "too few samples for p95: 19 of 20 needed" in text
    assert "too few samples for p99: 19 of 100 needed" in text


def test_limit_and_releases_are_marked(browser, vic, watches, project):
    called(watches["latency"], 30, ms=9000)
    Release.objects.create(project=project, name="2.0", by_name="CI", at=timezone.now() - HOUR)

    page = seen(browser, vic, watches["latency"])

    assert "p95 at most 10,000 ms" in page.text
    assert "Release 2.0" in page.text
    assert len(page.all("g", **{"class": "chart-moment"})) == 2
    assert len(page.all("g", **{"class": "chart-threshold"})) == 1


def test_limit_far_above_the_drawing_is_told_in_words(browser, vic, watches):
    called(watches["latency"], 30, ms=200)

    page = seen(browser, vic, watches["latency"])

    assert "p95 at most 10,000 ms is asked: far above this drawing." in page.text
    assert page.all("g", **{"class": "chart-threshold"}) == []


def test_kinds_of_errors_are_counted(browser, vic, watches):
    called(watches["latency"], 3, error="The API is overloaded.")
    called(watches["latency"], 1)

    text = seen(browser, vic, watches["latency"]).text

    assert "3 failed calls in 24 hours" in text
    assert "The API is overloaded. 3" in text


@pytest.mark.parametrize("window", ["24h", "7d", "90d", "1y", "soon"])
def test_every_window_has_the_call_of_an_hour_ago(browser, vic, watches, window):
    called(watches["latency"], 1)

    page = seen(browser, vic, watches["latency"], f"?window={window}")

    assert "Time to first token" in page.text
    assert page.faults == []


def test_older_calls_are_in_longer_windows_alone(browser, vic, watches):
    called(watches["latency"], 1, ago=dt.timedelta(days=3))

    assert "Total time" not in seen(browser, vic, watches["latency"], "?window=24h").text
    assert "Total time" in seen(browser, vic, watches["latency"], "?window=7d").text


def test_verdicts_are_drawn_and_counted(browser, vic, alice, watches):
    record(watches["latency"], FAIL, by=alice)

    page = seen(browser, vic, watches["latency"])

    assert [rect["data-verdict"] for rect in page.all("rect")] == ["fail"]
    assert "Fail 1 Pass 1" in page.text


def test_spending_stands_against_the_budget_with_its_marks(browser, vic, alice, watches):
    record(watches["spend-to-date"], spending("321.00"), by=alice)

    text = seen(browser, vic, watches["spend-to-date"]).text

    assert "80% used : $321.00 of $400.00 in 2026-11" in text
    assert "80%, $320.00 reached 100%, $400.00 not reached" in text


def test_spending_and_latency_stand_on_the_page_of_the_environment(browser, vic, alice, watches):
    record(watches["spend-to-date"], spending("321.00"), by=alice)
    called(watches["latency"], 30)

    text = Page(browser(vic).get(watches["latency"].environment.get_absolute_url())).text

    assert "80% used" in text
    assert "Total time" in text


def test_charts_cost_the_same_for_many_calls(browser, vic, watches):
    called(watches["latency"], 5)
    client = browser(vic)
    before = queries_of(client, watches["latency"].get_absolute_url())

    called(watches["latency"], 200)

    assert queries_of(client, watches["latency"].get_absolute_url()) == before
