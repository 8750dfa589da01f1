"""Marks of a budget: each once a month."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from audits.models import Alert, Alerting
from tests.audits.alerting import add_channel, run, spend, watch_of


@pytest.fixture
def budget(project):
    return watch_of(project, "spend-to-date")


@pytest.fixture
def channel(harbour, alice):
    return add_channel(harbour, by=alice)


@pytest.mark.parametrize(
    ("course", "marks"),
    [
        (["12.5", "49.99"], []),
        (["51", "52", "79"], [50]),
        (["51", "83", "101", "140"], [50, 80, 100]),
        (["85"], [80]),
        (["85", "40", "60", "99"], [80]),
    ],
)
def test_each_mark_is_told_once_a_month(budget, course, marks):
    for used in course:
        run(budget, "pass", **spend(used))

    assert list(Alert.objects.order_by("at").values_list("mark", flat=True)) == marks


def test_next_month_begins_anew(budget):
    for day in ("2026-11-30T23:00Z", "2026-12-01T01:00Z"):
        with time_machine.travel(day, tick=False):
            run(budget, "pass", **spend("80"))

    told_of = sorted(Alert.objects.values_list("period", "mark"))
    assert told_of == [("2026-11", 80), ("2026-12", 80)]


def test_mark_is_told_in_words(budget, channel):
    run(budget, "pass", **spend("81.2", says="406.00 of 500.00 USD are used."))

    alert = Alert.objects.get()
    assert str(alert) == "80% used of the budget of Support assistant, eu-production"
    assert alert.content["says"] == "406.00 of 500.00 USD are used."
    assert alert.content["severity"] == "warning"
    assert alert.deliveries.count() == 1


def test_mark_that_was_reached_while_mute_is_told_by_the_next_run(budget, alice):
    until = timezone.now() + dt.timedelta(hours=1)
    Alerting.objects.mute(budget, until=until, by=alice, why="")
    run(budget, "pass", **spend("60"))
    assert not Alert.objects.exists()

    with time_machine.travel(until, tick=False):
        run(budget, "pass", **spend("60"))

    assert Alert.objects.get().mark == 50


@pytest.mark.parametrize("finding", [{}, spend("much"), {"measures": []}])
def test_run_without_a_figure_tells_no_mark(budget, finding):
    run(budget, "inconclusive", **finding)

    assert not Alert.objects.exists()
