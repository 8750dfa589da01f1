"""Every way in which a call to the Claude API ends badly, told apart: by status, then by
`error.type`, then by `error_code`; the 400s about money by how their message begins, for they
carry no code. Wordings known from field reports alone are tolerated, not relied on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from audits.probes.redaction import redact

if TYPE_CHECKING:
    from audits.probes.claude_calls import Reply


class Situation(StrEnum):
    INVALID_KEY = "invalid-key"
    # 401 in other words: revoked, expired, malformed. The Admin API alone tells them apart.
    KEY_REJECTED = "key-rejected"
    WORKSPACE_REQUIRED = "workspace-required"
    WORKSPACE_UNKNOWN = "workspace-unknown"
    CREDIT_EXHAUSTED = "credit-exhausted"
    OWN_SPEND_LIMIT = "own-spend-limit"
    WORKSPACE_SPEND_LIMIT = "workspace-spend-limit"
    TIER_SPEND_CAP = "tier-spend-cap"
    CONTRACT_SPEND_CAP = "contract-spend-cap"
    RAMP_LIMIT = "ramp-limit"
    ORGANIZATION_DISABLED = "organization-disabled"
    BILLING = "billing"
    NO_PERMISSION = "no-permission"
    BLOCKED_AT_EDGE = "blocked-at-edge"
    MODEL_UNKNOWN = "model-unknown"
    NOT_FOUND = "not-found"
    VERSION_MISSING = "version-missing"
    UNCLASSIFIED_400 = "unclassified-400"
    TIMED_OUT_THERE = "timed-out-there"
    CONFLICT = "conflict"
    TOO_LARGE = "too-large"
    RATE_LIMITED = "rate-limited"
    OVERLOADED = "overloaded"
    SERVER = "server"
    UNEXPECTED = "unexpected"
    # No answer came.
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    REFUSED_HERE = "refused-here"
    # The answer is not what the API gives.
    UNREADABLE = "unreadable"


S = Situation
_KEYS = "Console, Settings, API keys"
NEXT_STEP = {
    S.INVALID_KEY: f"Check that the whole key was copied, or make a new one ({_KEYS}).",
    S.KEY_REJECTED: "See in the Console, or with an Admin key here, whether the key is revoked, "
    "expired or archived; then replace it.",
    S.WORKSPACE_REQUIRED: "The key belongs to a person, not to a workspace: write the "
    "workspace id into the environment's settings.",
    S.WORKSPACE_UNKNOWN: "Correct the workspace id in the environment's settings.",
    S.CREDIT_EXHAUSTED: "Buy credit, or switch on automatic reload (Console, Settings, Billing).",
    S.OWN_SPEND_LIMIT: "Wait for the date that the message names, or raise the organization's "
    "limit (Console, Settings, Limits).",
    S.WORKSPACE_SPEND_LIMIT: "Wait for the date that the message names, or raise the workspace's "
    "limit (Console, Settings, Workspaces).",
    S.TIER_SPEND_CAP: "The monthly cap of the usage tier is reached, and waiting does not help: "
    "ask for a higher tier (Console, Settings, Limits).",
    S.CONTRACT_SPEND_CAP: "The contract's cap is reached: speak to your contact at Anthropic.",
    S.RAMP_LIMIT: "Use has grown faster than the organization may: grow more slowly, or speak to "
    "your contact at Anthropic.",
    S.ORGANIZATION_DISABLED: "The organization is disabled or on hold: an administrator must "
    "write to Anthropic's support.",
    S.BILLING: "Look at the payment method and open invoices (Console, Settings, Billing).",
    S.NO_PERMISSION: "Give the key's workspace access to what was asked for, or use another key.",
    S.BLOCKED_AT_EDGE: "The request did not reach the API: check the region and address that this "
    "machine sends from, and proxies between.",
    S.MODEL_UNKNOWN: "Check the model's id and whether it is retired: GET /v1/models lists those "
    "that this key may use.",
    S.NOT_FOUND: "Check the API's base URL in the environment's settings.",
    S.VERSION_MISSING: "Something between here and the API drops the header anthropic-version.",
    S.UNCLASSIFIED_400: "Read the message: the request was refused for a reason not known here.",
    S.TIMED_OUT_THERE: "Try again later; shorten the request if it stays so.",
    S.CONFLICT: "Try again.",
    S.TOO_LARGE: "Send less than 32 MB.",
    S.RATE_LIMITED: "Wait as long as retry-after says; if it happens often, send less at once or "
    "ask for higher limits.",
    S.OVERLOADED: "Claude is overloaded for everybody: try again later, see the status page.",
    S.SERVER: "The fault is the API's: try again later, see the status page.",
    S.UNEXPECTED: "Read the message, and check the API's base URL.",
    S.TIMEOUT: "Try again; if it stays so, see the status page and the network of the worker.",
    S.CONNECTION: "Check the API's base URL, and the network and DNS of the worker.",
    S.REFUSED_HERE: "Correct the address in the environment's settings, or ask the operator.",
    S.UNREADABLE: "Check the API's base URL: what answers there does not speak like the API.",
}
# Not retried, whatever else the answer says: the same request would only fail again. The checklist
# items are claude-engineering/request-errors-not-retried and claude-playbook/retry-backoff.
FUTILE_STATUSES = frozenset({400, 401, 402, 403, 404, 413})
SPEND_CAPS = frozenset({S.TIER_SPEND_CAP, S.CONTRACT_SPEND_CAP, S.RAMP_LIMIT})
# What speaks of the service and not of the caller: claude-engineering/breaker-opens.
SERVICE_FAULTS = frozenset({S.RATE_LIMITED, S.OVERLOADED, S.SERVER, S.TIMEOUT, S.CONNECTION})


class ClaudeFault(Exception):
    """No answer to work with. `says` is a sentence without secrets; `next_step` what to do."""

    says: str
    next_step: str

    def __init__(self, says: str, next_step: str) -> None:
        super().__init__(says)
        self.says = says
        self.next_step = next_step


class ApiFault(ClaudeFault):
    """The API, or the way to it, failed the last attempt. `status` is None when no answer came,
    and 200 for an error in mid-stream; `message` is the API's own, redacted; `sent` is False when
    the request surely did not go out; `attempts` is how many were made."""

    def __init__(
        self,
        situation: Situation,
        message: str,
        *,
        status: int | None = None,
        type: str = "",
        error_code: str = "",
        request_id: str = "",
        retry_after_s: float | None = None,
        reply: "Reply | None" = None,
        sent: bool = True,
    ) -> None:
        self.situation = situation
        self.message = redact(message, at_most=500)
        self.status = status
        self.type = type
        self.error_code = error_code
        self.request_id = request_id
        self.retry_after_s = retry_after_s
        self.reply = reply
        self.sent = sent
        self.attempts = 1
        super().__init__(self._sentence(), NEXT_STEP[situation])

    def _sentence(self) -> str:
        if self.status is None:
            return f"The API {self.message}."
        kind = f" {self.type}" if self.type else ""
        return f"The API answered {self.status}{kind}: {self.message or 'no message'}"


@dataclass(frozen=True)
class Envelope:
    """What an error says of itself. `complete` tells whether it has the API's own form, with the
    outer `type` that answers from the edge lack."""

    type: str = ""
    message: str = ""
    error_code: str = ""
    request_id: str = ""
    complete: bool = False

    @classmethod
    def of(cls, body: Any) -> "Envelope":
        """From parsed JSON of any shape."""
        error = body.get("error") if isinstance(body, Mapping) else None
        if not isinstance(error, Mapping):
            return cls()
        details = error.get("details")
        code = details.get("error_code") if isinstance(details, Mapping) else None
        return cls(
            _text(error.get("type")),
            _text(error.get("message")),
            _text(code or error.get("error_code")),
            _text(body.get("request_id")),
            body.get("type") == "error",
        )


def classify(status: int, error: Envelope) -> Situation:
    """The situation that an answer of 400 or more stands for."""
    if status in _BY_STATUS:
        return _BY_STATUS[status](error)
    return S.SERVER if status >= 500 else S.UNEXPECTED


def classify_type(type: str) -> Situation:
    """The situation that an error in mid-stream stands for, which has a type but no status."""
    status = _STATUS_OF_TYPE.get(type)
    return S.UNEXPECTED if status is None else classify(status, Envelope(type=type))


_STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
# In this order: a later one may begin like an earlier one.
_BEGINNINGS_OF_400 = (
    ("anthropic-workspace-id is required", S.WORKSPACE_REQUIRED),
    ("your credit balance is too low", S.CREDIT_EXHAUSTED),
    ("you have reached your specified workspace api usage limits", S.WORKSPACE_SPEND_LIMIT),
    ("you have reached your specified api usage limits", S.OWN_SPEND_LIMIT),
    ("this organization has been disabled", S.ORGANIZATION_DISABLED),
    ("anthropic-version: header is required", S.VERSION_MISSING),
)
_CODES = {
    "enforced_spend_limit_reached": S.TIER_SPEND_CAP,
    "contract_spend_limit_reached": S.CONTRACT_SPEND_CAP,
    "ramp_limit_exceeded": S.RAMP_LIMIT,
    "organization_on_hold": S.ORGANIZATION_DISABLED,
}


def _of_400(error: Envelope) -> Situation:
    if error.error_code == "organization_on_hold":
        return S.ORGANIZATION_DISABLED
    message = error.message.strip().lower()
    for beginning, situation in _BEGINNINGS_OF_400:
        if message.startswith(beginning):
            return situation
    return S.UNCLASSIFIED_400


def _of_401(error: Envelope) -> Situation:
    # The wording for a bearer token is not known: both headers are tolerated.
    wrong = ("invalid x-api-key", "invalid api key", "invalid bearer token")
    said = error.message.strip().lower()
    return S.INVALID_KEY if said.startswith(wrong) else S.KEY_REJECTED


def _of_403(error: Envelope) -> Situation:
    at_edge = error.type == "forbidden" or (not error.complete and not error.type)
    return S.BLOCKED_AT_EDGE if at_edge else S.NO_PERMISSION


def _of_404(error: Envelope) -> Situation:
    message = error.message.strip().lower()
    if message.startswith("model:"):
        return S.MODEL_UNKNOWN
    if message.startswith("workspace ") and "not found" in message:
        return S.WORKSPACE_UNKNOWN
    return S.NOT_FOUND


def _of_429(error: Envelope) -> Situation:
    return _CODES.get(error.error_code, S.RATE_LIMITED)


def _of_500(error: Envelope) -> Situation:
    return S.OVERLOADED if error.type == "overloaded_error" else S.SERVER


_BY_STATUS = {
    400: _of_400,
    401: _of_401,
    402: lambda _: S.BILLING,
    403: _of_403,
    404: _of_404,
    408: lambda _: S.TIMED_OUT_THERE,
    409: lambda _: S.CONFLICT,
    413: lambda _: S.TOO_LARGE,
    429: _of_429,
    500: _of_500,
    503: _of_500,
    529: lambda _: S.OVERLOADED,
}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
