"""One line of JSON a call on the logger `anthropic.requests`: neither a key nor content.

After the items `structured-log-entry` and `errors-logged-by-level` of claude-engineering.
"""

import json
import logging

from audits.probes.claude_calls import Call

logger = logging.getLogger("anthropic.requests")


def write(call: Call) -> None:
    """At info when it succeeded, as a warning when it is tried again, else as an error; what was
    asked of a simulator is for debugging."""
    # In ASCII: what a server said stands in it, and may hold what steers a terminal.
    if logger.isEnabledFor(_level(call)):
        logger.log(_level(call), "%s", json.dumps(line(call)))


def _level(call: Call) -> int:
    if "simulated" in call.metadata:
        return logging.DEBUG
    if not call.situation:
        return logging.INFO
    return logging.ERROR if call.wait_s is None else logging.WARNING


def line(call: Call) -> dict[str, object]:
    """The ten fields of the item, and what it asks to add to them. `request_id` is Anthropic's,
    by which support finds the call; `correlation_id` is ours, one for all attempts."""
    usage = call.usage
    return {
        "request_id": call.request_id,
        "correlation_id": call.correlation_id,
        "timestamp": call.at.isoformat(timespec="milliseconds"),
        "model": call.model or "unknown",
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "latency_ms": float(call.latency_ms),
        "cost_usd": None if call.cost is None else f"{call.cost:f}",
        "status": call.outcome,
        "http_status": call.status,
        "error_type": call.error_type or call.situation or None,
        "error": call.error or None,
        "user_id": None,
        "metadata": {
            "method": call.method,
            "path": call.path,
            "attempt": call.attempt,
            "retry_in_s": call.wait_s,
            "situation": call.situation or None,
            **call.metadata,
        },
    }
