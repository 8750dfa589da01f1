"""From a change to its being whole in everybody's stream; and what it costs to have them look."""

import json
import os
import subprocess
import sys
import time
from itertools import cycle, islice
from statistics import median, quantiles
from typing import NamedTuple

from bench.forms import forms
from bench.ground import Ground
from bench.processes import PROJECT, Process, connections_to
from bench.product import Product
from bench.stage import Stage

# About what a change of one answer is in a stream.
MESSAGE_BYTES = 7_000
PAUSE_S, SETTLE_S, REST_S = 0.15, 2.0, 10.0


def measure(stage: Stage) -> None:
    # A ground of its own: ticks may have been measured on the other one.
    ground, found = stage.seeded("small", "live")
    redis = os.environ.get("REDIS_URL", "") if stage.server else ""
    bell = "Redis" if redis else "LISTEN" if stage.server else "data_version"
    product = stage.serve(ground, DEMO="0", REDIS_URL=redis)
    product.sign_in(found["people"][:1], found["password"])
    product.wait_for_worker()
    alone = connections_to(product.process, ground)
    stage.add("database connections, nobody looked yet", kind="count", value=alone, unit="")
    floor = _floor(stage, ground)
    numbers = [*stage.sizes.viewers, *([stage.sizes.crowd] if stage.server else [])]
    sessions = ground.ask("bench.sessions", str(stage.sizes.crowd))["sessions"]
    looker = Looker(product, sessions)
    stage.open.callback(looker.stop)
    audit = Place(f"/live{found['audit']}", "changes")
    for number in numbers:
        steps = _ticks(product.page(found["audit"]), stage.sizes.rounds * stage.sizes.changes)
        _visible(stage, looker, floor, audit, steps, number, f"visible to {number:,}, {bell}")
    _idle(stage, looker, audit)
    _room(stage, looker, floor, ground.ask("bench.rooms", found["audit"]), bell)


class Place(NamedTuple):
    """A stream, and the kind of message that tells of a change there."""

    path: str
    event: str


class Looker:
    """`bench.looking` in a process of its own."""

    def __init__(self, product: Product, sessions: list[str]) -> None:
        self.product = product
        self.cookies = [{"sessionid": key} for key in sessions]
        self.popen = subprocess.Popen(
            [sys.executable, "-S", "-m", "bench.looking"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def changes(self, place: Place, viewers: int, steps: list[dict], port: int = 0) -> dict:
        """At the product, or at the floor on that port, which takes whatever is posted."""
        author, headers = self.product.cookies[0], self.product.headers
        self._begin(place, viewers, steps, port, author=author, headers=headers)
        return self._told()

    def rest(self, place: Place, viewers: int) -> None:
        """Open them; they stay for a while, until `rested`."""
        self._begin(place, viewers, [], 0, author={}, headers=[])
        self._told()

    def rested(self) -> dict:
        return self._told()

    def _begin(self, place: Place, viewers: int, steps: list[dict], port: int, **more) -> None:
        job = {
            **place._asdict(),
            "viewers": viewers,
            "steps": steps,
            "port": port or self.product.port,
            "cookies": self.cookies,
            "pause": PAUSE_S,
            "settle": SETTLE_S,
            "rest": REST_S + 2 * SETTLE_S,
        }
        self.popen.stdin.write(json.dumps(job | more) + "\n")
        self.popen.stdin.flush()

    def _told(self) -> dict:
        if not (line := self.popen.stdout.readline()):
            raise RuntimeError("Who looks on gave up.")
        return json.loads(line)

    def stop(self) -> None:
        self.popen.stdin.close()
        self.popen.wait(10)


def _ticks(html: str, number: int) -> list[dict]:
    """Forms that tick rows, and again, as long as it takes; each sent with the row's version of
    then."""
    rows = forms(html, "/state/")
    steps = []
    for turn in range(number):
        row = rows[turn % len(rows)]
        steps.append({"path": row["path"], "form": dict(row["form"])})
        done = row["form"]["state"] == "done"
        row["form"] |= {
            "version": str(int(row["form"]["version"]) + 1),
            "state": "open" if done else "done",
        }
    return steps


def _visible(
    stage: Stage,
    looker: Looker,
    floor: int,
    place: Place,
    steps: list[dict],
    viewers: int,
    name: str,
) -> None:
    """The steps, shared out over the rounds, in turns with the floor."""
    least_of = Place("/", "changes")
    ours: list[float] = []
    theirs: list[float] = []
    ratios: list[tuple[float, float]] = []
    failures = 0
    for start in range(0, len(steps), stage.sizes.changes):
        part = steps[start : start + stage.sizes.changes]
        least = looker.changes(least_of, viewers, part, floor)
        told = looker.changes(place, viewers, part)
        failures += told["missed"] + told["lost"]
        ours += told["ms"]
        theirs += least["ms"]
        ratios.append(
            (median(told["ms"]) / median(least["ms"]), _p95(told["ms"]) / _p95(least["ms"]))
        )
    to = {"p50": median(p50 for p50, _ in ratios), "p95": median(p95 for _, p95 in ratios)}
    stage.add(name, kind="live", **_spread(ours), failures=failures, to=to)
    stage.add(
        f"floor: {name.rpartition(',')[0]}", kind="live", **_spread(theirs), failures=0, to={}
    )


def _room(stage: Stage, looker: Looker, floor: int, found: dict, bell: str) -> None:
    """The lead goes from point to point, and back."""
    place, people = Place(f"/live{found['room']}", "room"), stage.sizes.people
    show = forms(looker.product.page(f"{found['room']}room/"), "/room/show/")[0]
    steps = [
        show | {"form": show["form"] | {"point": str(point)}}
        for point in islice(cycle(found["points"]), stage.sizes.rounds * stage.sizes.changes)
    ]
    name = f"point of a review, shown to {people}, {bell}"
    _visible(stage, looker, floor, place, steps, people, name)


def _idle(stage: Stage, looker: Looker, place: Place) -> None:
    """What the product holds and uses while so many look and nothing happens."""
    viewers, process = stage.sizes.crowd, looker.product.process
    share = 1_000 / viewers
    time.sleep(SETTLE_S)
    bare = _rest(process)
    before = process.pss_mb()
    looker.rest(place, viewers)
    time.sleep(SETTLE_S)
    busy = _rest(process)
    after, held = process.pss_mb(), connections_to(process, looker.product.ground)
    lost = looker.rested()["lost"]
    told = f"{viewers:,} idle viewers"
    stage.add(f"{told}: CPU a second", kind="count", value=busy - bare, unit="ms", failures=lost)
    stage.add(
        f"{told}: CPU of one, an hour",
        kind="count",
        value=(busy - bare) / viewers * 3600,
        unit="ms",
    )
    stage.add("1,000 viewers: memory", kind="count", value=(after - before) * share, unit="MB")
    stage.add(f"database connections, {viewers:,} look", kind="count", value=held, unit="")


def _rest(process: Process) -> float:
    """The milliseconds of CPU that a second takes."""
    before, began = process.cpu_seconds(), time.perf_counter()
    time.sleep(REST_S)
    return (process.cpu_seconds() - before) * 1000 / (time.perf_counter() - began)


def _floor(stage: Stage, ground: Ground) -> int:
    process = Process(
        [sys.executable, "-m", "bench.floor.streams", str(MESSAGE_BYTES)],
        {},
        ground.folder / "streams.log",
    )
    stage.open.callback(process.stop)
    process.wait_for(lambda: process.log.read_text().endswith("\n"))
    return int(process.log.read_text())


def _spread(times: list[float]) -> dict[str, float]:
    return {
        "p50_ms": round(median(times), 2),
        "p95_ms": round(_p95(times), 2),
        "most_ms": round(max(times), 2),
        "samples": len(times),
    }


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]
