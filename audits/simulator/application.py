"""An application on the Claude API: what it serves to its users and to those who run it, well
made by default and badly made as a test or the demo asks."""

import datetime as dt
import re
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from audits.simulator import app_chat, app_page
from audits.simulator.app_log import Log
from audits.simulator.app_metrics import Metrics
from audits.simulator.exchange import Exchange, Seen

SECURITY_HEADERS = {
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
}
# Of the playbook, and of the engineering patterns.
INJECTIONS = re.compile(
    r"\[/?INST\]|#{3}\s*(?:system|human|assistant)\s*:"
    r"|ignore (?:(?:previous|all|above) )+instructions|disregard (?:previous|all|above)"
    r"|new instructions:|system prompt:|<\|.*\|>",
    re.IGNORECASE,
)


@dataclass
class Health:
    """`told` are the fields of /health; `live` and `ready` are the status of their paths. A text
    instead of JSON is given as `says`."""

    is_well: bool = True
    told: tuple[str, ...] = ("status", "latency_ms", "timestamp")
    live: int = 200
    ready: int = 200
    unwell_status: int = 503


@dataclass
class App:
    """`leaks` puts a text into the page, a script, a source map or a later chunk. `streams` is one
    of app_chat.WAYS. `refuses` is the status for input that is too long, has null bytes or tries
    to inject: 400, 422, 500, or 200 for an app that takes everything; `lets_through` are the kinds
    that it takes all the same: long, null, injection. `per_minute` is what one user may ask for;
    None for no limit."""

    leaks: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=lambda: dict(SECURITY_HEADERS))
    streams: str = "sse"
    text: str = "Your parcel left the warehouse this morning and should be with you tomorrow."
    first_ms: float = 0
    gap_ms: float = 0
    refuses: int = 400
    lets_through: tuple[str, ...] = ()
    most_characters: int = 16_000
    per_minute: int | None = 20
    says_when: bool = True
    limit_status: int = 429
    health: Health = field(default_factory=Health)
    metrics: Metrics = field(default_factory=Metrics)
    log: Log = field(default_factory=Log)
    clock: Callable[[], float] = time.time
    asked: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.clock(), dt.UTC)

    def wait_of(self, user: str) -> float:
        """Count a request of the user in; the seconds until there is room for it, or 0."""
        if self.per_minute is None:
            return 0
        now, times = self.clock(), self.asked[user]
        while times and times[0] <= now - 60:
            times.popleft()
        if len(times) >= self.per_minute:
            return max(1.0, times[0] + 60 - now)
        times.append(now)
        return 0

    def refusal_of(self, text: str) -> str:
        """Why the app does not take this input, or nothing."""
        kinds = {
            "long": len(text) > self.most_characters,
            "null": "\x00" in text,
            "injection": bool(INJECTIONS.search(text)),
        }
        return next((k for k, is_so in kinds.items() if is_so and k not in self.lets_through), "")


async def answer(app: App, exchange: Exchange) -> None:
    """Answer a request to a path under /app."""
    exchange.headers.update(app.headers)
    path = exchange.seen.path.removeprefix("/app").rstrip("/")
    if found := app_page.file_of(app.leaks, path or "/"):
        kind, text = found
        await exchange.answer(200, text, kind)
    elif handler := HANDLERS.get(path):
        await handler(app, exchange)
    else:
        await exchange.answer(404, "Not found: this application is simulated.\n", "text/plain")


async def _chat(app: App, exchange: Exchange) -> None:
    if exchange.seen.method != "POST":
        await exchange.answer(405, "", "text/plain", [("allow", "POST")])
        return
    text = _text_of(exchange.seen)
    if text is None:
        await _error(exchange, 400, "The body is to be JSON with a text as `message`.")
        return
    if wait := app.wait_of(_user_of(exchange.seen)):
        again = [("retry-after", str(int(wait)))] if app.says_when else []
        await _error(exchange, app.limit_status, "Too many messages; wait a little.", again)
        return
    if (why := app.refusal_of(text)) and app.refuses != 200:
        await _error(exchange, app.refuses, f"This message was not taken ({why}).")
        return
    pace = app_chat.Pace(app.first_ms, app.gap_ms)
    await app_chat.WAYS[app.streams](exchange, app.text, pace)


def _text_of(seen: Seen) -> str | None:
    try:
        body = seen.json
    except ValueError:
        return None
    text = body.get("message") if isinstance(body, dict) else None
    return text if isinstance(text, str) else None


def _user_of(seen: Seen) -> str:
    for name in ("authorization", "x-user-id", "cookie"):
        if value := seen.header(name):
            return value
    return f"{seen.json.get('user', 'nobody')}"


async def _error(
    exchange: Exchange, status: int, says: str, headers: list[tuple[str, str]] | None = None
) -> None:
    await exchange.json(status, {"error": {"message": says}}, headers or [])


async def _health(app: App, exchange: Exchange) -> None:
    health = app.health
    values: dict[str, Any] = {
        "status": "healthy" if health.is_well else "unhealthy",
        "latency_ms": 41.7,
        "timestamp": app.now().isoformat(),
    }
    if not health.is_well:
        values["error"] = "The Claude API does not answer."
        del values["latency_ms"]
    told = {name: values[name] for name in (*health.told, "error") if name in values}
    await exchange.json(200 if health.is_well else health.unwell_status, told)


async def _live(app: App, exchange: Exchange) -> None:
    await exchange.json(app.health.live, {"status": "alive"})


async def _ready(app: App, exchange: Exchange) -> None:
    says = "ready" if app.health.ready == 200 else "not ready"
    await exchange.json(app.health.ready, {"status": says})


async def _metrics(app: App, exchange: Exchange) -> None:
    kind = "text/plain; version=0.0.4; charset=utf-8"
    await exchange.answer(200, app.metrics.exposition(app.clock()), kind)


async def _log(app: App, exchange: Exchange) -> None:
    lines = "".join(f"{line}\n" for line in app.log.lines(app.now()))
    await exchange.answer(200, lines, "application/x-ndjson")


HANDLERS: dict[str, Callable[[App, Exchange], Awaitable[None]]] = {
    "/chat": _chat,
    "/health": _health,
    "/health/live": _live,
    "/health/ready": _ready,
    "/metrics": _metrics,
    "/log.jsonl": _log,
}
