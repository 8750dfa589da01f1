"""Lines of a log as records: figures, and marks in place of names."""

import datetime as dt
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from audits.probes.logs.errors import kind_of
from audits.probes.logs.fields import flat, known
from audits.probes.logs.personal import kinds_in

STOPS = frozenset(
    {"end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal",
     "model_context_window_exceeded"}
)  # fmt: skip
UNKNOWN = "unknown"
# What a line of a request has, and other lines have not.
_OF_A_REQUEST = frozenset({"model", "requested", "input", "output", "stop"})
_WORDS_OF_PROMPTS = ("prompt", "message", "content", "text", "completion", "input", "output")
_ERRORS = frozenset({"error", "failed", "failure", "errored"})
LARGEST = 10**12


@dataclass(slots=True)
class Record:
    """One line of a request. Times are seconds since 1970; `user`, `call` and `body` are marks
    that only tell equal from different; `has` are the known fields that it has."""

    line: int
    has: frozenset[str]
    at: float | None = None
    zoned: bool = True
    model: str = ""
    requested: str = ""
    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    latency_ms: float | None = None
    ttft_ms: float | None = None
    real_request_id: bool = False
    status: int | None = None
    failed: bool = False
    kind: str = ""
    stop: str = ""
    user: int | None = None
    call: int | None = None
    body: int | None = None
    feature: str = ""
    attempt: int | None = None
    attempts: int | None = None
    wait_ms: float | None = None
    retry_after_ms: float | None = None
    max_tokens: int | None = None
    stream: bool | None = None
    level: str = ""
    cost: Decimal | None = None
    estimate: int | None = None
    batch: bool = False

    @property
    def name(self) -> str:
        """The model that answered, or that was asked for."""
        return self.model or self.requested


@dataclass(slots=True)
class Seen:
    """What a line showed besides its record."""

    record: Record | None
    personal: frozenset[str]
    has_text: bool


_sets: dict[frozenset[str], frozenset[str]] = {}


def record_of(line: dict[str, Any], number: int) -> Seen:
    """The record of a line, None where it is of no request."""
    values: dict[str, Any] = {}
    personal: set[str] = set()
    has_text = False
    for path, value in flat(line):
        field = known(path)
        if field and value is not None and field not in values:
            values[field] = value
        if isinstance(value, str) and field not in (
            "at",
            "request_id",
            "correlation",
            "body_hash",
        ):
            personal |= kinds_in(value)
            has_text = has_text or _is_prompt(path, value)
        elif isinstance(value, list | dict):
            text = str(value)[:20_000]
            personal |= kinds_in(text)
            has_text = has_text or _is_prompt(path, text)
    record = _record(values, number) if _OF_A_REQUEST & values.keys() else None
    return Seen(record, frozenset(personal), has_text)


def _is_prompt(path: str, value: str) -> bool:
    leaf = path.rsplit(".", 1)[-1].lower()
    return len(value) > 40 and " " in value and any(word in leaf for word in _WORDS_OF_PROMPTS)


def _record(values: dict[str, Any], number: int) -> Record:
    has = _has(values)
    record = Record(number, _sets.setdefault(has, has) if len(_sets) < 5_000 else has)
    for field, read in _READ.items():
        if field in values:
            read(record, values[field])
    error = _text(values.get("error")) if values.get("error") else ""
    if (record.status or 0) >= 400 or error or record.level == "error":
        record.failed = True
    if record.failed:
        record.kind = kind_of(record.status, error, _text(values.get("error_code")))
    return record


def _has(values: dict[str, Any]) -> frozenset[str]:
    has = set(values)
    for field, whole in (("latency_ms", "latency"), ("latency_s", "latency")):
        if field in values:
            has.add(whole)
    if "http" in values:
        has.add("status")
    if {"ttft_ms", "ttft_s"} & has:
        has.add("ttft")
    if "requested" in has:
        has.add("model")
    return frozenset(has)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = " ".join(str(each) for each in value.values() if isinstance(each, str))
    return str(value)[:500] if isinstance(value, str | int) else ""


def _number(value: Any) -> float | None:
    """Finite and not below 0; also of digits in a text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value[:40] if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and 0 <= number < LARGEST else None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None else None


def _moment(value: Any) -> tuple[float | None, bool]:
    """Seconds since 1970, and whether the text names its zone; numbers are UTC."""
    if isinstance(value, str) and not value.isdigit():
        try:
            at = dt.datetime.fromisoformat(value[:40])
            zoned = at.tzinfo is not None
            return (at if zoned else at.replace(tzinfo=dt.UTC)).timestamp(), zoned
        except (ValueError, OverflowError):
            return None, False
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None, False
    for scale in (1, 1_000, 1_000_000, 1_000_000_000):
        if 10**8 < number / scale < 10**10:
            return number / scale, True
    return None, False


def _set(
    name: str, convert: Callable[[Any], Any], scale: float = 1
) -> Callable[[Record, Any], None]:
    def read(record: Record, value: Any) -> None:
        found = convert(value)
        if found is not None:
            setattr(record, name, found * scale if scale != 1 else found)

    return read


def _read_at(record: Record, value: Any) -> None:
    record.at, record.zoned = _moment(value)


def _read_status(record: Record, value: Any) -> None:
    status = _whole(value)
    if status is not None and 100 <= status < 600:
        record.status = status
    word = str(value).lower() if isinstance(value, str) else ""
    record.failed = record.failed or word in _ERRORS
    if value is False:
        record.failed = True


def _read_stop(record: Record, value: Any) -> None:
    if isinstance(value, list):
        value = value[0] if value else ""
    record.stop = value if isinstance(value, str) and value in STOPS else UNKNOWN


def _read_retry(record: Record, value: Any) -> None:
    number = _whole(value)
    if number is not None and record.attempt is None:
        record.attempt = number + 1


def _read_cost(record: Record, value: Any) -> None:
    if _number(value) is not None:
        try:
            record.cost = Decimal(str(value)[:40])
        except InvalidOperation:
            record.cost = None


def _mark(value: Any) -> int | None:
    return hash(value) if isinstance(value, str | int) and value != "" else None


def _short(value: Any) -> str | None:
    return sys.intern(value[:100]) if isinstance(value, str) else None


def _level(value: Any) -> str | None:
    word = str(value).lower() if isinstance(value, str) else ""
    levels = {"warn": "warning", "err": "error", "critical": "error", "fatal": "error"}
    return levels.get(word, word if word in ("debug", "info", "warning", "error") else UNKNOWN)


_READ: dict[str, Callable[[Record, Any], None]] = {
    "at": _read_at,
    "model": _set("model", _short),
    "requested": _set("requested", _short),
    "input": _set("input", _whole),
    "output": _set("output", _whole),
    "cache_read": _set("cache_read", _whole),
    "cache_write": _set("cache_write", _whole),
    "latency_ms": _set("latency_ms", _number),
    "latency_s": _set("latency_ms", _number, 1_000),
    "ttft_ms": _set("ttft_ms", _number),
    "ttft_s": _set("ttft_ms", _number, 1_000),
    "request_id": _set("real_request_id", lambda value: str(value)[:4] == "req_"),
    "correlation": _set("call", _mark),
    "level": _set("level", _level),
    "status": _read_status,
    "http": _read_status,
    "stop": _read_stop,
    "user": _set("user", _mark),
    "body_hash": _set("body", _mark),
    "feature": _set("feature", _short),
    "attempt": _set("attempt", _whole),
    "retry": _read_retry,
    "attempts": _set("attempts", _whole),
    "wait_ms": _set("wait_ms", _number),
    "wait_s": _set("wait_ms", _number, 1_000),
    "retry_after": _set("retry_after_ms", _number, 1_000),
    "max_tokens": _set("max_tokens", _whole),
    "stream": _set("stream", lambda value: value if isinstance(value, bool) else None),
    "cost": _read_cost,
    "estimate": _set("estimate", _whole),
    "batch": _set("batch", lambda value: value is True),
}
