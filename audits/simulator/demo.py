"""The world that the demo's probes look at. Traffic, latency and money follow from the seed and
the clock alone. Some things are wrong on purpose, so that probes have something to find:

- staging uses production's key (keys.REFERENCES);
- the month's first day took most of a budget of MONTHLY_BUDGET dollars;
- the app limits no user, and exports three of the four metrics;
- three lines of its log hold an e-mail address.
"""

import datetime as dt
import math
import random
import time
from collections import deque
from collections.abc import Iterator

from audits.simulator.app_log import Log
from audits.simulator.app_metrics import Metrics
from audits.simulator.application import App
from audits.simulator.keys import REFERENCES
from audits.simulator.limits import Bucket, Limits
from audits.simulator.statuspage import Incident, StatusPage
from audits.simulator.tokens import Usage
from audits.simulator.world import ApiKey, Pace, Speech, Used, Workspace, World

SEED = 20_261_121
MONTHLY_BUDGET = 400
# Of it, in cents, on the first of each month: more than the mark at 80%, and less than 100% with
# what the days add.
FIRST_DAY_CENTS = MONTHLY_BUDGET * 81
ANSWER = (
    "Your parcel left the warehouse this morning. It should be with you tomorrow, between nine "
    "and noon; the driver rings twice."
)
DAYS = 40
HOURS_A_ROW = 4
# Milliseconds until the first delta at a quiet hour, by the model's line.
FIRST_MS = {"opus": 820.0, "sonnet": 540.0, "haiku": 290.0}
DAY_SECONDS = 86_400
WORKSPACES = {
    "production": "wrkspc_simulated_production",
    "staging": "wrkspc_simulated_staging",
    "development": "wrkspc_simulated_development",
}


def demo_world(seed: int = SEED, now: float | None = None) -> World:
    """`now` is seconds since 1970: usage is there for the days before and after it, and shows in
    the reports when its time has come."""
    moment = dt.datetime.fromtimestamp(time.time() if now is None else now, dt.UTC)
    world = World(
        seed=seed,
        organization="Harbour (simulated)",
        workspaces=[Workspace(id, name.title()) for name, id in WORKSPACES.items()],
        used=list(_traffic(seed, moment)),
        costs=list(_costs(moment)),
        speech=Speech(ANSWER, output_tokens=34, thinks=True),
        limits=Limits(Bucket(1_000), Bucket(450_000), Bucket(90_000), busy=busy),
        status=StatusPage(incidents=[_past_incident(moment)]),
        app=_app(seed),
        # It runs for months: what came is not kept.
        keeps_usage=False,
        seen=deque(maxlen=20),
    )
    world.pace = lambda model: _pace(world, model)
    for key in _keys(moment):
        world.add_key(key)
    return world


def _app(seed: int) -> App:
    return App(
        per_minute=None,
        first_ms=420,
        gap_ms=45,
        metrics=Metrics(without=("anthropic_active_requests",)),
        log=Log(style="opentelemetry", personal=3, seed=seed),
    )


def busy(now: float) -> float:
    """How much of its limits the organization uses: from 0.2 at night to 0.65 in the afternoon."""
    of_day = now % DAY_SECONDS / DAY_SECONDS
    return 0.425 - 0.225 * math.cos(2 * math.pi * (of_day - 0.1))


def _keys(now: dt.datetime) -> Iterator[ApiKey]:
    for name, days in (("production", 14), ("production-second", 14), ("development", 61)):
        workspace = WORKSPACES[name.partition("-")[0]]
        created = now - dt.timedelta(days=days)
        yield ApiKey(REFERENCES[name], name, workspace_id=workspace, created_at=created)
    yield ApiKey(REFERENCES["admin"], "admin", created_at=now - dt.timedelta(days=30))


def _pace(world: World, name: str) -> Pace:
    """A little slower by day, and once in thirty calls much slower."""
    model = world.model(name)
    quiet = FIRST_MS[model.line] if model else 500.0
    first = quiet * (0.8 + 0.6 * busy(world.now())) * world.dice.lognormvariate(0, 0.18)
    if world.dice.random() < 1 / 30:
        first *= 2.5
    gap = quiet / 12
    return Pace(start_ms=first * 0.7, first_ms=first, gap_ms=gap, plain_ms=first + 12 * gap)


def _traffic(seed: int, now: dt.datetime) -> Iterator[Used]:
    """What each row holds follows from its hour, so that a later start tells the same past."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    hour -= dt.timedelta(hours=hour.hour % HOURS_A_ROW)
    rows_a_day = 24 // HOURS_A_ROW
    for step in range(-DAYS * rows_a_day, DAYS * rows_a_day):
        at = hour + dt.timedelta(hours=step * HOURS_A_ROW)
        dice = random.Random(f"{seed} {at:%Y%m%d%H}")  # noqa: S311  # nosec B311: it plays
        share = busy(at.timestamp()) * dice.uniform(0.85, 1.15)
        for name, model, part in (
            ("production", "claude-sonnet-5-5", 1.0),
            ("production", "claude-haiku-5-5", 3.0),
            ("development", "claude-sonnet-5-5", 0.1),
        ):
            usage = _usage(share * part, dice)
            yield Used(at, model, usage, _key_id(name), WORKSPACES[name])


def _usage(share: float, dice: random.Random) -> Usage:
    prompts = int(260_000 * share)
    read = int(prompts * dice.uniform(0.62, 0.74))
    written = int(prompts * 0.06)
    return Usage(
        input=prompts - read - written,
        output=int(prompts * 0.09),
        read=read,
        written_5m=written,
    )


def _key_id(name: str) -> str:
    """As add_key numbers them."""
    return {"production": "apikey_01", "development": "apikey_03"}[name]


def _costs(now: dt.datetime) -> Iterator[tuple[dt.date, str | None, str, str]]:
    month = (now.date() - dt.timedelta(days=DAYS)).replace(day=1)
    for _ in range(4):
        what = "Batch Usage: the help centre's archive"
        yield month, WORKSPACES["production"], what, str(FIRST_DAY_CENTS)
        month = (month + dt.timedelta(days=32)).replace(day=1)


def _past_incident(now: dt.datetime) -> Incident:
    return Incident(
        "Elevated errors on Claude Sonnet 5.5 (simulated)",
        impact="minor",
        status="resolved",
        started=(now - dt.timedelta(days=3)).replace(microsecond=0),
        says="The issue is resolved.",
    )
