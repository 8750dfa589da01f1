"""Probes as they run: what a tick costs, how many a minute, how soon, and what a year leaves."""

import os
import sys
from pathlib import Path

from bench.ground import Ground
from bench.processes import Process
from bench.stage import Stage
from bench.watching import verdicts

MODULE = "bench.targets"
# Of the server that is asked, in ms.
ANSWERS_AFTER = 20


def measure(stage: Stage) -> None:
    for number in stage.sizes.targets:
        found = stage.ground(f"ticks-{number}").ask(MODULE, "ticks", str(number))
        told = f"{number:,} targets, {found['watches']:,} probes"
        stage.add(f"tick, nothing due, {told}", kind="count", **_of(found["idle_ms"], "ms"))
        stage.add(f"tick, 50 due, {told}", kind="count", **_of(found["due_ms"], "ms"))
    _run(stage)
    days = stage.sizes.days
    found = stage.ground("year").ask(MODULE, "year", str(days))
    for name in ("runs", "samples", "hours", "days"):
        told = f"{name} after {days} days of a probe a minute"
        stage.add(told, kind="count", **_of(found[name], "rows"))
    stage.add(f"bytes of it after {days} days", kind="count", **_of(found["mb"], "MB"))
    stage.add("the most of the ends of its months", kind="count", **_of(found["most_mb"], "MB"))


def _run(stage: Stage) -> None:
    """One worker of as many processes as are shipped, then a second one beside it."""
    ground = stage.ground("probes")
    server = Process(
        [sys.executable, "-m", "bench.answering", str(ANSWERS_AFTER)],
        {},
        ground.folder / "answering.log",
    )
    stage.open.callback(server.stop)
    server.wait_for(lambda: server.log.read_text().endswith("\n"))
    url = f"http://127.0.0.1:{server.log.read_text().strip()}/metrics"
    seconds = str(stage.sizes.busy_seconds)
    made = ground.ask(MODULE, "prepare", "4000", url)
    product = stage.serve(ground, DEMO="0", PRIVATE_NETWORKS="127.0.0.0/8", PROBES_QUEUED="1000")
    product.wait_for_worker()
    found = ground.ask(MODULE, "rate", seconds)
    _told(stage, "free probes, one worker", found)
    second = _second_worker(ground)
    stage.open.callback(second.stop)
    found = ground.ask(MODULE, "rate", seconds)
    _told(stage, "free probes, two workers", found)
    second.stop()
    found = ground.ask(MODULE, "verdicts", str(stage.sizes.verdicts))
    stage.add("idle, from asking to the verdict, p50", kind="count", **_of(found["p50_ms"], "ms"))
    stage.add("idle, from asking to the verdict, p95", kind="count", **_of(found["p95_ms"], "ms"))
    product.sign_in(made["people"], made["password"])
    found = verdicts(product, made["watches"], stage.sizes.verdicts)
    stage.add("idle, to the verdict on the page, p50", kind="count", **_of(found["p50_ms"], "ms"))
    stage.add("idle, to the verdict on the page, p95", kind="count", **_of(found["p95_ms"], "ms"))
    stage.stop(product)


def _second_worker(ground: Ground) -> Process:
    worker = [sys.executable, "-m", "celery", "--app", "config", "worker", "--quiet"]
    worker += ["--concurrency", "2", "--queues", ground.environment["CELERY_QUEUE"]]
    settings = ground.environment | {"PRIVATE_NETWORKS": "127.0.0.0/8"}
    return Process(worker, settings, Path(os.fspath(ground.folder)) / "second.log")


def _told(stage: Stage, name: str, found: dict) -> None:
    # An error would be quicker than an answer.
    stage.add(name, kind="count", failures=found["errors"], **_of(found["a_minute"], "a minute"))


def _of(value: float, unit: str) -> dict:
    return {"value": round(value, 1), "unit": unit}
