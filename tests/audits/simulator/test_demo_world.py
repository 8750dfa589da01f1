"""What a newcomer's probes find: plausible, the same for everybody, and wrong on purpose."""

import datetime as dt
from decimal import Decimal

import pytest

from audits.simulator import reports
from audits.simulator.demo import MONTHLY_BUDGET, busy, demo_world
from audits.simulator.exchange import Seen
from audits.simulator.keys import REFERENCES, key_of

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def world_at(moment: dt.datetime):
    world = demo_world(now=moment.timestamp())
    world.clock = moment.timestamp
    return world


def month_to_date(moment: dt.datetime) -> Decimal:
    """Dollars of the month so far, by the cost report."""
    start = f"{moment:%Y-%m}-01T00:00:00Z"
    seen = Seen("GET", "/", [("starting_at", start), ("limit", "31")], {}, 0)
    days = reports.cost(world_at(moment), seen)["data"]
    return sum((Decimal(row["amount"]) for day in days for row in day["results"]), Decimal()) / 100


@pytest.mark.parametrize("day", [1, 2, 15, 28, 31])
def test_on_any_day_of_a_month_more_than_80_percent_of_the_budget_is_spent(day):
    spent = month_to_date(dt.datetime(2026, 12, day, 12, tzinfo=dt.UTC))
    assert Decimal("0.8") < spent / MONTHLY_BUDGET < 1


def test_a_later_start_tells_the_same_past():
    told = {row.at: row.usage for row in world_at(NOON).used if row.model == "claude-haiku-5-5"}
    later = world_at(NOON + dt.timedelta(days=3, hours=5))
    shared = [row for row in later.used if row.at in told and row.model == "claude-haiku-5-5"]
    assert len(shared) > 100
    assert all(told[row.at] == row.usage for row in shared)


def test_usage_shows_when_its_time_has_come():
    world = world_at(NOON)
    assert max(row.at for row in world.used) > NOON + dt.timedelta(days=30)
    seen = Seen("GET", "/", [("starting_at", "2026-11-21T00:00:00Z")], {}, 0)
    assert len(reports.usage(world, seen)["data"]) == 1


def test_the_same_seed_gives_the_same_latencies():
    first, second = (world_at(NOON) for _ in range(2))
    paces = [[world.pace("claude-sonnet-5-5") for _ in range(50)] for world in (first, second)]
    assert paces[0] == paces[1]
    times = sorted(pace.first_ms for pace in paces[0])
    assert 300 < times[0] < times[-1] < 5_000


def test_staging_uses_productions_key_and_development_has_its_own():
    assert key_of("staging") == key_of("production") != key_of("development")


def test_every_reference_to_a_key_opens_the_world():
    keys = {value for value in REFERENCES.values() if value.startswith("sk-ant-")}
    assert set(world_at(NOON).keys) == keys


def test_a_name_that_no_key_has_is_an_error():
    with pytest.raises(LookupError):
        key_of("somebody")


def test_part_of_the_limits_is_always_used_and_never_all():
    shares = [busy(NOON.timestamp() + 600 * step) for step in range(144)]
    assert 0.15 < min(shares) < 0.3
    assert 0.6 < max(shares) < 0.7


def test_a_world_that_runs_for_months_keeps_nothing_of_what_came(fake, api):
    vars(fake.world).update(vars(world_at(NOON)))
    rows = len(fake.world.used)
    rungs = api(key_of("development"))
    rungs.client.timeout = 30
    for _ in range(25):
        rungs.get("/v1/models")
    assert rungs.message(max_tokens=1).status_code == 200
    assert (len(fake.world.seen), len(fake.world.used)) == (20, rows)
