import datetime as dt
from decimal import Decimal

from audits.charts.lines import LEFT, RIGHT
from audits.charts.strips import STRIP_BOTTOM, Span, bar, strip

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def drawn(*starts: dt.datetime, share: str = "1"):
    spans = [Span(start, "fail", Decimal(share), "it failed") for start in starts]
    return strip(spans, HOUR, since=NOON - DAY, until=NOON).cells


def test_cell_is_as_wide_as_its_step_but_for_a_hair():
    (cell,) = drawn(NOON - 2 * HOUR)

    assert abs(cell.width + 1 - Decimal(RIGHT - LEFT) / 24) < Decimal("0.2")


def test_cell_stands_on_the_ground_as_high_as_its_share():
    (cell,) = drawn(NOON - 2 * HOUR, share="0.5")

    assert cell.y + cell.height == STRIP_BOTTOM
    assert cell.height == STRIP_BOTTOM / 2


def test_cell_at_the_end_of_the_window_is_cut():
    half = dt.timedelta(minutes=30)
    (first,) = drawn(NOON - DAY - half)
    (last,) = drawn(NOON - half)

    assert first.x == LEFT
    assert last.x + last.width <= RIGHT


def test_what_lies_outside_the_window_is_left_out():
    assert drawn(NOON - 2 * DAY, NOON) == []


def test_half_of_a_budget_fills_half_of_the_bar():
    found = bar(Decimal(50), Decimal(100), marks=(50, 80, 100))

    assert found.filled == Decimal(RIGHT - LEFT) / 2
    assert [mark.place for mark in found.marks][::2] == [LEFT + found.filled, RIGHT]


def test_bar_has_room_for_what_is_above_the_budget():
    found = bar(Decimal(200), Decimal(100), marks=(100,), forecast=Decimal(400))

    assert found.is_over
    assert found.forecast == RIGHT
    assert found.marks[0].place < LEFT + found.filled < RIGHT
