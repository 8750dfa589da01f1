"""The names under which apps log the same few things, and how to find them in a line."""

import re
from collections.abc import Iterator
from typing import Any

# What is understood, plain names and OpenTelemetry's for generative AI alike. Written in any case,
# with underscores, hyphens, dots or none; in objects such as `usage`, `metadata`, `attributes`.
NAMES: dict[str, str] = {
    "model": "model response_model gen_ai.response.model model_id",
    "requested": "requested_model gen_ai.request.model",
    "input": "input_tokens prompt_tokens gen_ai.usage.input_tokens gen_ai.usage.prompt_tokens",
    "output": "output_tokens completion_tokens gen_ai.usage.output_tokens"
    " gen_ai.usage.completion_tokens",
    "cache_read": "cache_read_tokens cache_read_input_tokens cached_tokens"
    " gen_ai.usage.cache_read.input_tokens gen_ai.usage.cache_read_input_tokens",
    "cache_write": "cache_creation_input_tokens cache_creation_tokens cache_write_tokens"
    " cache_write_input_tokens gen_ai.usage.cache_creation.input_tokens"
    " gen_ai.usage.cache_creation_input_tokens",
    "latency_ms": "latency_ms duration_ms elapsed_ms total_ms response_time_ms latency_millis",
    "latency_s": "latency_s latency_seconds duration_s duration_seconds elapsed_s"
    " gen_ai.client.operation.duration",
    "ttft_ms": "ttft_ms time_to_first_token_ms first_token_ms",
    "ttft_s": "ttft_s ttft_seconds time_to_first_token gen_ai.server.time_to_first_token"
    " gen_ai.client.operation.time_to_first_chunk gen_ai.response.time_to_first_chunk",
    "request_id": "request_id anthropic_request_id api_request_id claude_request_id",
    "correlation": "correlation_id correlation trace_id x_request_id call_id conversation_turn_id",
    "at": "timestamp time ts @timestamp at datetime logged_at event_time time_unix_nano"
    " start_time_unix_nano",
    "status": "status outcome result",
    "http": "status_code http_status http_status_code http.response.status_code http_code",
    "error": "error error_type error.type error_class exception exception.type err"
    " error_name error_message exception_class",
    "error_code": "error_code details.error_code",
    "stop": "stop_reason finish_reason gen_ai.response.finish_reasons finish_reasons",
    "user": "user_id user account account_id enduser.id user.id customer_id tenant_id",
    "feature": "feature request_type task task_type call_type use_case",
    "attempt": "attempt attempt_number",
    "retry": "retry retry_count retries retry_number x_stainless_retry_count"
    " http.request.resend_count",
    "attempts": "attempts total_attempts number_of_attempts",
    "wait_ms": "wait_ms delay_ms backoff_ms retry_in_ms sleep_ms",
    "wait_s": "wait_s wait_seconds delay_s delay backoff_s retry_in_s retry_in sleep_s wait",
    "retry_after": "retry_after retry_after_s retry_after_seconds",
    "max_tokens": "max_tokens gen_ai.request.max_tokens",
    "stream": "stream streaming streamed is_stream gen_ai.request.stream",
    "level": "level severity levelname severity_text log.level lvl",
    "cost": "cost cost_usd cost_dollars total_cost cost_in_dollars gen_ai.usage.cost",
    "estimate": "estimated_tokens token_estimate tokens_estimated estimate",
    "body_hash": "body_hash prompt_hash request_hash body_sha256",
    "batch": "batch",
}
# What a person reads in place of the names above.
TITLES = {
    "model": "model",
    "input": "input tokens",
    "output": "output tokens",
    "cache_read": "cache-read tokens",
    "cache_write": "cache-write tokens",
    "latency": "latency",
    "ttft": "time to first token",
    "request_id": "request id",
    "correlation": "correlation id",
    "at": "timestamp",
    "status": "status",
    "stop": "stop reason",
    "user": "user id",
    "feature": "feature",
    "level": "level",
    "max_tokens": "max_tokens",
    "cost": "cost",
}
# Objects that only hold what belongs to the line.
HOLDERS = frozenset(
    {"metadata", "attributes", "extra", "context", "fields", "log", "record", "anthropic",
     "claude", "data", "props", "payload", "jsonpayload", "labels", "resource", "request",
     "response", "usage", "message", "body", "llm", "event", "details", "http", "span",
     "properties", "retry", "app"}
)  # fmt: skip
DEEPEST = 5
MOST_FIELDS = 400
_WORTHLESS = re.compile(r"[^a-z0-9]")
_CACHE_SIZE = 5_000


def plain(name: str) -> str:
    return _WORTHLESS.sub("", name.lower())


_KNOWN = {plain(each): field for field, names in NAMES.items() for each in names.split()}
_seen: dict[str, str] = {}


def known(path: str) -> str:
    """The field that a dotted path stands for, or ""."""
    found = _seen.get(path)
    if found is None:
        found = _look_up(path)
        # What is not known may be anybody's, and is not kept beyond its line.
        if found and len(_seen) < _CACHE_SIZE:
            _seen[path] = found
    return found


def _look_up(path: str) -> str:
    parts = path[:300].split(".")
    while parts:
        found = _KNOWN.get(plain("".join(parts)))
        if found:
            return found
        if parts[0].lower() not in HOLDERS:
            return ""
        parts = parts[1:]
    return ""


def flat(line: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Dotted paths and their values, of nested objects and of OpenTelemetry's lists of
    `{"key": …, "value": {"stringValue": …}}`. Lists are given as they are."""
    waiting: list[tuple[str, dict[str, Any], int]] = [("", line, 1)]
    left = MOST_FIELDS
    while waiting:
        prefix, here, depth = waiting.pop()
        for name, value in here.items():
            left -= 1
            if left < 0:
                return
            path = f"{prefix}{name}"
            if isinstance(value, list):
                unpacked = _attributes(value)
                if unpacked is not None:
                    waiting.append((f"{path}.", unpacked, depth + 1))
                    continue
            if isinstance(value, dict) and depth < DEEPEST:
                waiting.append((f"{path}.", value, depth + 1))
            else:
                yield path, value


def _attributes(items: list[Any]) -> dict[str, Any] | None:
    """OpenTelemetry's attributes as an object; None for any other list."""
    if not items or not all(isinstance(each, dict) and "key" in each for each in items[:50]):
        return None
    found = {}
    for each in items[:100]:
        value = each.get("value") if isinstance(each, dict) else None
        if isinstance(value, dict) and len(value) == 1:
            value = next(iter(value.values()))
            if isinstance(value, dict):
                value = [
                    next(iter(one.values()), None)
                    for one in value.get("values") or ()
                    if isinstance(one, dict)
                ]
        found[str(each.get("key"))] = value
    return found
