"""What comes back from a call to the Claude API, and what is told about it."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audits.probes.redaction import redact, without, without_inside
from audits.probes.secrets import Secret
from audits.probes.usage import NO_USAGE, Usage

if TYPE_CHECKING:
    from audits.probes.claude_errors import ApiFault

TEXT_AT_MOST = 4_000


@dataclass(frozen=True)
class Reply:
    """An answer of any status. `headers` is as the door gives it: case does not matter. `json` is
    None when the body is not JSON, and has Decimals in place of floats; `text` is the body,
    redacted and cut; the key that was sent is in none of them. `elapsed_ms` is from just before
    sending to the last byte."""

    status: int
    headers: Mapping[str, str]
    json: Any
    text: str
    request_id: str
    elapsed_ms: Decimal
    organization_id: str = ""
    workspace_id: str = ""

    @property
    def usage(self) -> Usage:
        return Usage.of(self.json.get("usage") if isinstance(self.json, dict) else None)

    @property
    def model(self) -> str:
        name = self.json.get("model") if isinstance(self.json, dict) else None
        return name if isinstance(name, str) else ""

    @classmethod
    def of(
        cls,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        elapsed_ms: Decimal,
        sent: Sequence[Secret] = (),
    ) -> "Reply":
        """`sent` are the keys that it answers: gateways repeat them."""
        parsed = parse(body, sent)
        inside = parsed.get("request_id") if isinstance(parsed, dict) else ""
        return cls(
            status,
            headers,
            parsed,
            redact(without(body.decode("utf-8", "replace"), sent), at_most=TEXT_AT_MOST),
            # The header first: the body of a 413 may not be JSON.
            headers.get("request-id") or (inside if isinstance(inside, str) else ""),
            elapsed_ms,
            headers.get("anthropic-organization-id", ""),
            headers.get("anthropic-workspace-id", ""),
        )


@dataclass(frozen=True)
class Streamed:
    """A streamed message. Times are milliseconds since `started` (time.monotonic(), just before
    the request was sent), None for what did not come: `headers_ms` the answer's headers,
    `message_start_ms` the first event, `ttft_ms` the first delta of any kind, `first_text_ms` the
    first with text, `total_ms` the end. `error` is what broke it off after it had begun."""

    reply: Reply
    request_id: str
    started: float
    model: str = ""
    headers_ms: Decimal | None = None
    message_start_ms: Decimal | None = None
    ttft_ms: Decimal | None = None
    first_text_ms: Decimal | None = None
    total_ms: Decimal | None = None
    stop_reason: str = ""
    usage: Usage = NO_USAGE
    # A `message_stop` came, and nothing broke it off.
    ended_cleanly: bool = False
    error: "ApiFault | None" = None
    events: int = 0
    text: str = ""


@dataclass(frozen=True)
class Call:
    """One attempt of a call, for the log, the metrics and whoever keeps count: neither a key nor
    content is in it. `at` is when it began; `status` is None when no answer came, `situation` and
    `error` are empty when it succeeded; `wait_s` is the pause before the next attempt, None when
    this was the last; `cost` is in dollars, None when it is not known."""

    at: dt.datetime
    method: str
    path: str
    correlation_id: str
    attempt: int
    model: str
    latency_ms: Decimal
    status: int | None = None
    request_id: str = ""
    usage: Usage = NO_USAGE
    cost: Decimal | None = None
    situation: str = ""
    error_type: str = ""
    error: str = ""
    wait_s: float | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        return "error" if self.situation else "success"


def parse(body: bytes, sent: Sequence[Secret] = ()) -> Any:
    """JSON with Decimals and without the keys that were sent, or None: also for what is too deep
    or too long to be read."""
    try:
        return without_inside(json.loads(body, parse_float=Decimal), sent)
    except (ValueError, RecursionError):
        return None


def milliseconds(seconds: float) -> Decimal:
    """To the microsecond, which is as far as the clock can be believed."""
    return Decimal(round(seconds * 1_000_000)) / 1000
