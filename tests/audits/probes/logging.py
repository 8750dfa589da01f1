"""Samples of a request log, as an app with good habits writes them."""

import datetime as dt
import json
from typing import Any

from audits.probes.base import Finding
from audits.probes.log_sample import probe
from tests.audits.probes.apps import NOW, target, tools

MODEL = "claude-sonnet-5-5"


def line(number: int = 0, *, after: float = 0, without: tuple[str, ...] = (), **more: Any) -> dict:
    """A successful call, ten seconds after the one before and `after` seconds later."""
    at = NOW + dt.timedelta(seconds=10 * number + after)
    found = {
        "timestamp": at.isoformat(),
        "level": "info",
        "request_id": f"req_{number}",
        "correlation_id": f"c-{number}",
        "model": MODEL,
        "requested_model": MODEL,
        "status": 200,
        "input_tokens": 1_000,
        "output_tokens": 200,
        "cache_read_input_tokens": 2_000,
        "cache_creation_input_tokens": 0,
        "latency_ms": 900,
        "stop_reason": "end_turn",
        "user_id": f"u{number % 3}",
        "feature": "chat",
        "max_tokens": 300,
        **more,
    }
    return {name: value for name, value in found.items() if name not in without}


USED = ("input_tokens", "output_tokens", "cache_read_input_tokens", "stop_reason")


def failure(number: int = 0, status: int = 529, **more: Any) -> dict:
    """A failed attempt, logged at the level that its class asks for."""
    level = "error" if status in (400, 401, 403, 404) else "warning"
    more = {"level": level, "latency_ms": 50, "error_type": "overloaded_error"} | more
    return line(number, without=USED, **({"status": status, "attempt": 1} | more))


def retried(number: int, waits: tuple[float, ...], status: int = 529, **more: Any) -> list[dict]:
    """A call that fails, waits so many seconds each time, and succeeds."""
    found, after = [], 0.0
    for attempt, wait in enumerate(waits, 1):
        found.append(failure(number, status, after=after, attempt=attempt, **more))
        after += wait + 0.05
    return [*found, line(number, after=after + 0.85, attempt=len(waits) + 1)]


def good(count: int = 120, **more: Any) -> list[dict]:
    return [line(number, **more) for number in range(count)]


def text(lines: list[Any]) -> bytes:
    return "".join(f"{json.dumps(each)}\n" for each in lines).encode()


def run(lines: list[Any] | bytes, **more: Any) -> Finding:
    data = lines if isinstance(lines, bytes) else text(lines)
    return probe.run(target(log_sample=data, **more), tools())


def verdict(lines: list[Any] | bytes, aspect: str, **more: Any) -> str:
    finding = run(lines, **more)
    return next(check.verdict.value for check in finding.checks if check.aspect == aspect)
