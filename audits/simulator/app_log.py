"""The application's own log of its calls: JSON Lines, in plain names or in those of
OpenTelemetry's conventions for generative AI."""

import datetime as dt
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from audits.simulator.catalogue import MODELS

FEATURES = ("chat", "summary", "search")
ERRORS = ((429, "rate_limit_error"), (529, "overloaded_error"), (504, "timeout_error"))

PLAIN_NAMES = {
    "at": "timestamp",
    "request": "request_id",
    "message": "messageId",
    "trace": "correlation_id",
    "user": "userId",
    "feature": "feature",
    "model": "model",
    "input": "inputTokens",
    "output": "outputTokens",
    "read": "cachedTokens",
    "written": "cacheWriteTokens",
    "latency": "latencyMs",
    "stop": "stopReason",
    "status": "status",
    "http": "httpStatus",
    "error": "error",
    "attempt": "attempt",
    "wait": "waitMs",
    "most": "maxTokens",
    "cost": "cost",
    "level": "level",
    "prompt": "prompt",
}
OPENTELEMETRY_NAMES = PLAIN_NAMES | {
    "request": "anthropic_request_id",
    "message": "gen_ai.response.id",
    "trace": "trace_id",
    "user": "enduser.id",
    "feature": "app.feature",
    "model": "gen_ai.request.model",
    "input": "gen_ai.usage.input_tokens",
    "output": "gen_ai.usage.output_tokens",
    "read": "gen_ai.usage.cache_read.input_tokens",
    "written": "gen_ai.usage.cache_creation.input_tokens",
    "latency": "duration_ms",
    "stop": "gen_ai.response.finish_reasons",
    "http": "http.response.status_code",
    "error": "error.type",
    "attempt": "http.request.resend_count",
    "wait": "retry.wait_ms",
    "most": "gen_ai.request.max_tokens",
    "cost": "gen_ai.usage.cost",
    "level": "severity_text",
    "prompt": "gen_ai.prompt",
}


def _cost(done: dict[str, Any]) -> float | None:
    """Dollars by the listed prices; None for a model that is not listed."""
    price = next((model.price for model in MODELS if model.id == done["model"]), None)
    if price is None:
        return None
    used = (done["input"], done["output"], done["written"], 0, done["read"])
    dollars = sum(each * float(rate) for each, rate in zip(used, price, strict=True))
    return round(dollars / 1_000_000, 7)


@dataclass
class Log:
    """`style` is plain or opentelemetry. Of the calls the share `errors` meets one, and is tried
    again, with waits that grow unless `waits` is off. `missing` are keys of PLAIN_NAMES that are
    not written; `personal` lines hold an e-mail address; `torn` lines are no JSON."""

    style: str = "plain"
    calls: int = 240
    model: str = "claude-sonnet-5-5"
    small_model: str = "claude-haiku-5-5"
    small_share: float = 0.7
    errors: float = 0.04
    waits: bool = True
    jitter: bool = True
    retries_bad_requests: bool = False
    cut_off: float = 0.01
    cache_share: float = 0.75
    latency_ms: float = 1_400
    max_tokens: tuple[int, ...] = (300, 1_000)
    missing: tuple[str, ...] = ()
    personal: int = 0
    torn: int = 0
    seed: int = 1
    names: dict[str, str] = field(default_factory=dict)

    def lines(self, now: dt.datetime) -> Iterator[str]:
        """The last day's calls, the oldest first."""
        dice = random.Random(self.seed)  # noqa: S311  # nosec B311: it plays, it hides nothing
        step = dt.timedelta(days=1) / max(1, self.calls)
        for number in range(self.calls):
            at = now - step * (self.calls - number)
            for entry in self._entries(dice, number, at):
                yield json.dumps(self._named(entry))
        for number in range(self.torn):
            yield f'{{"timestamp": "{now.isoformat()}", "torn": {number}, "mod'

    def _named(self, entry: dict[str, Any]) -> dict[str, Any]:
        is_plain = self.style == "plain"
        names = (PLAIN_NAMES if is_plain else OPENTELEMETRY_NAMES) | self.names
        value = {
            names[key]: held
            for key, held in entry.items()
            if key not in self.missing and held is not None
        }
        if not is_plain:
            value |= {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic"}
            if entry.get("stop"):
                value[names["stop"]] = [entry["stop"]]
        return value

    def _entries(
        self, dice: random.Random, number: int, at: dt.datetime
    ) -> Iterator[dict[str, Any]]:
        """One call: its failed attempts, if any, and what came of it."""
        call = self._call(dice, number)
        failed = dice.randint(1, 2) if dice.random() < self.errors else 0
        status, kind = dice.choice(ERRORS)
        for attempt in range(failed):
            wait = self._wait(dice, attempt)
            yield call | {
                "at": at.isoformat(),
                "request": f"req_sim{number:05d}{attempt}",
                "latency": round(dice.uniform(40, 300), 1),
                "status": "error",
                "http": status,
                "error": kind,
                "attempt": attempt,
                "wait": wait,
                "level": "warning",
            }
            at += dt.timedelta(milliseconds=wait)
        done = call | self._success(dice, number, at, failed)
        yield done | {"cost": _cost(done)}
        if self.retries_bad_requests and number % 40 == 0:
            yield from self._bad_requests(call, number, at)

    def _wait(self, dice: random.Random, attempt: int) -> float:
        if not self.waits:
            return 0
        return round(1_000 * 2**attempt * (dice.uniform(0.75, 1.25) if self.jitter else 1), 1)

    def _call(self, dice: random.Random, number: int) -> dict[str, Any]:
        is_small = dice.random() < self.small_share
        person = f"Please write to ada.{number}@customers.example."
        return {
            "trace": f"{dice.getrandbits(64):016x}",
            "user": f"u-{number % 37:04x}",
            "feature": FEATURES[number % len(FEATURES)],
            "model": self.small_model if is_small else self.model,
            "most": self.max_tokens[number % len(self.max_tokens)],
            "prompt": person if number < self.personal else None,
        }

    def _success(
        self, dice: random.Random, number: int, at: dt.datetime, attempt: int
    ) -> dict[str, Any]:
        has_read = dice.random() < self.cache_share
        output = dice.randint(40, 280)
        return {
            "at": at.isoformat(),
            "request": f"req_sim{number:05d}{attempt}",
            "message": f"msg_sim{number:05d}",
            "input": dice.randint(90, 600),
            "output": output,
            "read": 1_800 if has_read else 0,
            "written": 0 if has_read else 1_800,
            "latency": round(self.latency_ms * dice.lognormvariate(0, 0.45), 1),
            "stop": "max_tokens" if dice.random() < self.cut_off else "end_turn",
            "status": "success",
            "http": 200,
            "attempt": attempt,
            "level": "info",
        }

    def _bad_requests(
        self, call: dict[str, Any], number: int, at: dt.datetime
    ) -> Iterator[dict[str, Any]]:
        for attempt in range(3):
            yield call | {
                "at": (at + dt.timedelta(seconds=attempt)).isoformat(),
                "request": f"req_simbad{number:05d}{attempt}",
                "latency": 55.0,
                "status": "error",
                "http": 400,
                "error": "invalid_request_error",
                "attempt": attempt,
                "level": "error",
            }
