"""Do the app's health endpoints answer as the sources describe?"""

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audits.net.door import Door, DoorFault, Fault, Limits
from audits.probes.base import Aspect, Check, Finding, Free, Measure, Strength, Target
from audits.probes.health_words import (
    HEALTHY,
    LATENCY_NAMES,
    LIVE,
    NOT_READY,
    PAID,
    READY,
    STATUS_NAMES,
    TIME_NAMES,
    UNHEALTHY,
    moment,
    pick,
    word,
)
from audits.probes.saying import conclude, failed, passed, unclear
from audits.probes.words import listed

if TYPE_CHECKING:
    from audits.probes.tools import Tools

LIMITS = Limits(total_s=10.0, max_bytes=262_144, redirects=0)
# A stored result older than this is unknown, says the source.
STALE = dt.timedelta(minutes=5)
HOW = "The health address was asked three times, the live and ready addresses once each."
# What the app answers for: a health check is there to answer.
_ITS_OWN = frozenset({Fault.CONNECT, Fault.TIMEOUT, Fault.RESET, Fault.PROTOCOL})


@dataclass(frozen=True)
class Seen:
    """One answer, its JSON where it has some; `fault` instead when there was none."""

    status: int = 0
    body: Any = None
    text: str = ""
    elapsed_ms: Decimal = Decimal(0)
    fault: DoorFault | None = None

    @property
    def word(self) -> str:
        return word(self.body, self.text)

    @property
    def words(self) -> str:
        return str(self.fault) if self.fault else f"answered {self.status}"


class AppHealth(Free):
    name = "app-health"
    title = "The app's health checks"
    looks_at = "The app's addresses for health, liveness and readiness, as the sources describe."
    strength = Strength.MEDIUM
    aspects: tuple[Aspect, ...] = (
        Aspect(
            "health", "The health answer has status, latency and a fresh time", Strength.STRONG
        ),
        Aspect("free", "Asking for health sets off no paid call", Strength.PARTIAL),
        Aspect("live", "The live address says that the process runs", Strength.STRONG),
        Aspect("ready", "Ready is separate from live, and 503 when not ready", Strength.MEDIUM),
        Aspect("degrades", "The app stays up while Claude is down", Strength.MEDIUM),
    )
    needs: tuple[str, ...] = ("health_url",)
    every = dt.timedelta(minutes=15)
    stale_after = dt.timedelta(days=1)
    seconds = 60

    def run(self, target: Target, tools: "Tools") -> Finding:
        app, door = target.app, tools.door
        if not app.health_url:
            return Finding.inconclusive(
                "The environment names no health address.",
                next_step="Write it into the environment's settings.",
            )
        health = [see(door, app.health_url) for _ in range(3)]
        if health[0].fault and health[0].fault.kind not in _ITS_OWN:
            return Finding.error(
                f"The health address {health[0].fault}.",
                how=HOW,
                next_step="Check it in the environment's settings.",
            )
        live = see(door, app.live_url) if app.live_url else None
        ready = see(door, app.ready_url) if app.ready_url else None
        checks = [
            _health(health[0], target.now),
            _free(health),
            _live(live),
            _ready(ready, live, app.live_url == app.ready_url),
            _degrades(health[0], live, ready),
        ]
        return conclude(checks, how=HOW, aside=("free", "degrades"), measures=_measures(health))


def see(door: Door, url: str) -> Seen:
    try:
        answer = door.request("GET", url, headers={"Accept": "application/json"}, limits=LIMITS)
    except DoorFault as fault:
        return Seen(fault=fault)
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        body = None
    return Seen(answer.status, body, answer.text[:200], answer.elapsed_ms)


def _health(seen: Seen, now: dt.datetime) -> Check:
    aspect = "health"
    if seen.fault or seen.status not in (200, 503):
        return failed(
            aspect,
            f"The health address {seen.words}.",
            "Answer 200 or 503 from a stored result, in milliseconds.",
        )
    if not isinstance(seen.body, dict):
        return failed(
            aspect,
            f"The health address answered {seen.status} without a JSON object.",
            "Answer an object with status, latency_ms and timestamp.",
        )
    missing = _missing(seen.body)
    if missing:
        step = "Answer status, latency_ms (error instead when unhealthy) and timestamp."
        return failed(aspect, f"The health answer lacks {listed(missing)}.", step)
    at = moment(pick(seen.body, TIME_NAMES))
    if at is None:
        step = "Write the time of the check as 2026-01-31T12:00:00Z."
        return failed(aspect, "The health answer's time cannot be read.", step)
    if abs(now - at) > STALE:
        step = "Run the check on a timer, at most once a minute, and treat old results as unknown."
        return failed(aspect, "The health answer's time is more than 5 minutes off.", step)
    return passed(aspect, f"Health answered {seen.status} with status, latency and a fresh time.")


def _missing(body: dict[str, Any]) -> list[str]:
    status = str(pick(body, STATUS_NAMES) or "").lower()
    found = {
        "a status": status in HEALTHY | UNHEALTHY,
        "its latency": pick(body, LATENCY_NAMES) is not None
        or (status in UNHEALTHY and pick(body, ("error", "reason", "detail")) is not None),
        "its time": pick(body, TIME_NAMES) is not None,
    }
    return [name for name, there in found.items() if not there]


def _free(seen: list[Seen]) -> Check:
    aspect = "free"
    bodies = [each.body for each in seen if isinstance(each.body, dict)]
    if any(pick(body, PAID) is not None for body in bodies):
        return failed(
            aspect,
            "The health answer tells of tokens or of a message: each check seems to be paid for.",
            "Ask GET /v1/models?limit=1 or count_tokens instead, on a timer.",
        )
    times = [pick(body, TIME_NAMES) for body in bodies]
    if len(times) == len(seen) and None not in times and len({str(at) for at in times}) == 1:
        return passed(aspect, "Three answers had the same time: a stored result is served.")
    return unclear(
        aspect,
        "It did not show whether each request sets off a check, and of what kind.",
        "Ask it 20 times and look for new billed requests; serve a stored result.",
    )


def _live(seen: Seen | None) -> Check:
    aspect = "live"
    if seen is None:
        return unclear(
            aspect,
            "The environment names no live address.",
            "Write it into the environment's settings.",
        )
    if seen.status != 200:
        step = "Answer 200 as long as the process runs, without looking at anything outside."
        return failed(aspect, f"The live address {seen.words}.", step)
    if seen.word in NOT_READY | UNHEALTHY:
        step = "Answer 200 and “alive”; what else is wrong belongs to health and ready."
        return failed(aspect, "The live address answered 200 and says that it is not well.", step)
    known = seen.word in LIVE | HEALTHY
    says = "The live address answered 200" + (" and says that it is alive." if known else ".")
    return passed(aspect, says)


def _ready(seen: Seen | None, live: Seen | None, same: bool) -> Check:
    aspect = "ready"
    if seen is None or live is None:
        return unclear(
            aspect,
            "The environment does not name both a live and a ready address.",
            "Write them into the environment's settings.",
        )
    if same:
        return failed(aspect, "Live and ready are one address.", "Give each its own.")
    if seen.status == 503:
        return passed(aspect, "Ready answered 503, apart from live, which answered for itself.")
    if seen.status != 200:
        step = "Answer 200 when ready and 503 when not."
        return failed(aspect, f"The ready address {seen.words}.", step)
    if seen.word in NOT_READY | UNHEALTHY or _pair(seen.body):
        step = "Set the status on the response: FastAPI sends a pair of body and 503 as 200."
        return failed(aspect, "Ready says that it is not ready, with status 200.", step)
    if seen.word in READY | HEALTHY or seen.word == "degraded":
        return passed(
            aspect,
            "Live and ready are separate and both answer 200. That ready answers 503 when it is "
            "not cannot be seen while it is.",
        )
    step = "Answer ready or not ready as the status."
    return unclear(aspect, "Ready answered 200 in words that are not understood.", step)


def _pair(body: Any) -> bool:
    """What FastAPI makes of `return {...}, 503`."""
    return isinstance(body, list) and 503 in body


def _degrades(health: Seen, live: Seen | None, ready: Seen | None) -> Check:
    aspect = "degrades"
    if health.word not in UNHEALTHY | {"degraded"} or live is None:
        return unclear(
            aspect,
            "Claude was not down for the app, so how it behaves then was not seen.",
            "Point the app at http://127.0.0.1:9 in staging, then run this again.",
        )
    if live.status != 200:
        step = "Let liveness depend on the process alone."
        return failed(aspect, f"Health is {health.word}, and the live address {live.words}.", step)
    if ready is not None and ready.status == 503:
        says = "Claude is down for the app: it lives, but is not ready, so nobody sees a fallback."
        step = "Unless it is useless without Claude, keep it ready and report “degraded”."
        return unclear(aspect, says, step)
    return passed(aspect, "Claude is down for the app, and it still lives and is ready.")


def _measures(health: list[Seen]) -> tuple[Measure, ...]:
    times = [each.elapsed_ms for each in health if not each.fault]
    if not times:
        return ()
    return (Measure("health, slowest of three", max(times), "ms"),)


probe = AppHealth()
