import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.charts.lines import BOTTOM, LEFT, RIGHT, TOP, Series, chart
from audits.charts.scales import TimeScale, ValueScale

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
amounts = st.decimals("0.0001", "10000000", allow_nan=False, places=4)


def drawn(*points, **more):
    series = Series("p95", "p95", [(NOON - DAY + after, value) for after, value in points])
    return chart([series], since=NOON - DAY, until=NOON, **more)


def test_line_runs_from_its_first_point_to_its_last():
    (line,) = drawn((0 * DAY, Decimal(0)), (DAY, Decimal(100))).lines
    assert line.path == f"M{LEFT}.0 {BOTTOM}.0L{RIGHT}.0 {TOP}.0"


def test_point_without_a_value_breaks_the_line():
    points = [(DAY * number / 4, Decimal(5)) for number in range(5)]
    points[2] = (points[2][0], None)
    (line,) = drawn(*points).lines
    assert line.path.count("M") == 2


def test_lonely_point_is_a_dot():
    (line,) = drawn((DAY / 2, Decimal(5))).lines
    assert line.path == ""
    assert len(line.dots) == 1


def test_without_a_value_there_is_nothing_to_draw():
    assert drawn((DAY / 2, None)) is None


def test_points_outside_the_window_are_left_out():
    assert drawn((2 * DAY, Decimal(5))) is None


def test_threshold_above_all_values_is_inside_the_drawing():
    found = drawn((DAY / 2, Decimal(5)), thresholds=[(Decimal(10_000), "p95 at most 10 s")])
    (threshold,) = found.thresholds
    assert TOP <= threshold.place <= BOTTOM


def test_deployment_before_the_window_is_not_marked():
    moments = [(NOON - 2 * DAY, "1.0"), (NOON - DAY / 2, "1.1")]
    (moment,) = drawn((DAY / 2, Decimal(5)), moments=moments).moments
    assert moment.label == "1.1"


@given(amounts)
def test_largest_value_fits_under_round_ticks(largest):
    scale = ValueScale.up_to(largest, top=TOP, bottom=BOTTOM)
    assert TOP <= scale.place(largest) <= BOTTOM
    assert 2 <= len(scale.ticks()) <= 7
    assert len({tick.label for tick in scale.ticks()}) == len(scale.ticks())


@pytest.mark.parametrize("days", [1, 7, 30, 90, 365])
def test_a_window_has_a_handful_of_moments_written_under_it(days):
    ticks = TimeScale(NOON - days * DAY, NOON, LEFT, RIGHT).ticks()
    assert 3 <= len(ticks) <= 9
    assert all(LEFT <= tick.place <= RIGHT for tick in ticks)
