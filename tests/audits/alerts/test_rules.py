"""When an alert is due: a table, and what must hold whatever the runs say."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.alerts.base import Kind
from audits.alerts.rules import QUIET, Told, decide, reached, wanted
from audits.probes.base import Verdict

NOW = dt.datetime(2026, 11, 21, 14, 0, tzinfo=dt.UTC)
LONG_AGO = NOW - dt.timedelta(days=3)
VERDICTS = {
    "f": Verdict.FAIL,
    "p": Verdict.PASS,
    "i": Verdict.INCONCLUSIVE,
    "e": Verdict.ERROR,
}
MARKS = (50, 80, 100)


def runs(letters: str) -> list[Verdict]:
    return [VERDICTS[letter] for letter in letters]


@pytest.mark.parametrize(
    ("history", "last", "due"),
    [
        ("", None, None),
        ("f", None, None),
        ("ff", None, Kind.FAILING),
        ("pf", None, None),
        ("pff", None, Kind.FAILING),
        ("fpf", None, None),
        ("fpfp", None, None),
        ("pp", None, None),
        ("pppp", None, None),
        ("ii", None, None),
        ("ee", None, None),
        ("fif", None, Kind.FAILING),
        ("fei", None, None),
        ("ffi", None, Kind.FAILING),
        ("ff", Kind.FAILING, None),
        ("ffp", Kind.FAILING, None),
        ("ffpp", Kind.FAILING, Kind.RECOVERED),
        ("ffpip", Kind.FAILING, Kind.RECOVERED),
        ("ffpep", Kind.FAILING, Kind.RECOVERED),
        ("ffee", Kind.FAILING, None),
        ("ffii", Kind.FAILING, None),
        ("ffpf", Kind.FAILING, None),
        ("pp", Kind.RECOVERED, None),
        ("ppf", Kind.RECOVERED, None),
        ("ppff", Kind.RECOVERED, Kind.FAILING),
    ],
)
def test_what_is_due(history, last, due):
    told = Told(last, LONG_AGO) if last else None

    assert decide(runs(history), told, NOW) == due


@pytest.mark.parametrize(("after", "due"), [(0, None), (599, None), (600, Kind.RECOVERED)])
def test_one_watch_tells_one_alert_in_ten_minutes(after, due):
    told = Told(Kind.FAILING, NOW - dt.timedelta(seconds=after))

    assert decide(runs("ffpp"), told, NOW) == due


def test_alert_from_before_the_clock_was_set_back_holds_nothing_back():
    told = Told(Kind.FAILING, NOW + dt.timedelta(hours=6))

    assert decide(runs("ffpp"), told, NOW) is Kind.RECOVERED


def test_what_the_quiet_time_holds_back_is_still_wanted():
    assert wanted(runs("ffpp"), Told(Kind.FAILING, NOW)) is Kind.RECOVERED


@given(st.lists(st.tuples(st.sampled_from(Verdict), st.integers(0, 1200)), max_size=80))
def test_alerts_and_recoveries_take_turns_and_never_flap(steps):
    history, told, now, alerts = [], None, NOW, []
    for verdict, seconds in steps:
        now += dt.timedelta(seconds=seconds)
        history.append(verdict)
        if due := decide(history[-10:], told, now):
            alerts.append((due, now))
            told = Told(due, now)

    kinds = [kind for kind, _ in alerts]
    assert all(first is not second for first, second in pairwise(kinds))
    assert kinds[:1] != [Kind.RECOVERED]
    times = [at for _, at in alerts]
    assert all(b - a >= QUIET for a, b in pairwise(times))


@given(st.lists(st.sampled_from((Verdict.PASS, Verdict.FAIL)), min_size=1, max_size=40))
def test_a_watch_that_keeps_changing_its_mind_tells_nothing(history):
    turns = [VERDICTS["f"] if number % 2 else VERDICTS["p"] for number in range(len(history))]

    assert decide(turns, None, NOW) is None


@given(st.lists(st.sampled_from((Verdict.INCONCLUSIVE, Verdict.ERROR)), max_size=20))
def test_no_evidence_is_neither_an_alert_nor_a_recovery(blind):
    failing = Told(Kind.FAILING, LONG_AGO)

    assert decide(blind, None, NOW) is None
    assert decide(runs("fp") + blind, failing, NOW) is None


@pytest.mark.parametrize(
    ("used", "told", "mark"),
    [
        ("0", [], None),
        ("49.99", [], None),
        ("50", [], 50),
        ("79.9", [50], None),
        ("85", [50], 80),
        ("85", [], 80),
        ("130", [50, 80], 100),
        ("130", [50, 80, 100], None),
        ("60", [80], None),
    ],
)
def test_mark_that_is_reached(used, told, mark):
    assert reached(Decimal(used), told, MARKS) == mark


@given(st.lists(st.decimals(0, 300, places=2), max_size=60))
def test_each_mark_is_told_once_and_they_only_rise(course):
    told: list[int] = []
    for used in course:
        if mark := reached(used, told, MARKS):
            told.append(mark)

    assert told == sorted(set(told))
    highest = max(course, default=Decimal(0))
    assert max(told, default=0) == max((mark for mark in MARKS if mark <= highest), default=0)
