"""The error table of the API: what a key, an organization or a moment can be in, and the answer
that it gives. Names are what tests and the simulator call a situation."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any


class Refused(Exception):
    """A handler's way to answer with a problem."""

    def __init__(self, problem: "Problem") -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True)
class Problem:
    """An error answer. `edge` ones come from before the API: their envelope lacks the outer type.
    `text` is a body that is not JSON."""

    status: int
    type: str
    message: str = ""
    code: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    edge: bool = False
    text: str = ""

    def about(self, **values: str) -> "Problem":
        """The same with the message's blanks filled."""
        return replace(self, message=self.message.format(**values))

    def with_headers(self, headers: Iterable[tuple[str, str]]) -> "Problem":
        return replace(self, headers=(*self.headers, *headers))

    def error(self) -> dict[str, Any]:
        details = {"details": {"error_code": self.code}} if self.code else {}
        return {"type": self.type, "message": self.message, **details}

    def body(self, request_id: str) -> str:
        if self.text:
            return self.text
        if self.edge:
            return json.dumps({"error": self.error()})
        return json.dumps({"type": "error", "error": self.error(), "request_id": request_id})

    @property
    def content_type(self) -> str:
        return "text/html" if self.text else "application/json"


INVALID = "invalid_request_error"
AUTHENTICATION = "authentication_error"
RATE = "rate_limit_error"

# Of the key or the organization, whatever is asked.
AT_THE_DOOR = {
    "invalid-key": Problem(401, AUTHENTICATION, "invalid x-api-key"),
    "revoked-key": Problem(401, AUTHENTICATION, "invalid x-api-key"),
    "expired-key": Problem(401, AUTHENTICATION, "API key has expired"),
    "malformed-key": Problem(401, AUTHENTICATION, "invalid x-api-key"),
    "workspace-required": Problem(
        400, INVALID, "anthropic-workspace-id is required for this API key"
    ),
    "workspace-unknown": Problem(404, "not_found_error", "Workspace `{workspace}` not found."),
    "organization-disabled": Problem(400, INVALID, "This organization has been disabled."),
    "organization-on-hold": Problem(
        400, INVALID, "This organization has been disabled.", "organization_on_hold"
    ),
    "permission": Problem(
        403, "permission_error", "Your API key does not have permission to use this resource."
    ),
    "edge": Problem(403, "forbidden", "Request not allowed", edge=True),
}
# Of money: models are listed and tokens counted all the same.
AT_INFERENCE = {
    "credits-exhausted": Problem(
        400,
        INVALID,
        "Your credit balance is too low to access the Anthropic API. "
        "Please go to Plans & Billing to upgrade or purchase credits.",
    ),
    "spend-limit-reached": Problem(
        400,
        INVALID,
        "You have reached your specified API usage limits. "
        "You will regain access on {resumes} at 00:00 UTC.",
    ),
    "workspace-spend-limit-reached": Problem(
        400,
        INVALID,
        "You have reached your specified workspace API usage limits. "
        "You will regain access on {resumes} at 00:00 UTC.",
    ),
    "tier-cap": Problem(
        429,
        RATE,
        "Your organization has reached the monthly spend cap of its usage tier.",
        "enforced_spend_limit_reached",
    ),
    "contract-cap": Problem(
        429,
        RATE,
        "Your organization has reached the spend limit of its contract.",
        "contract_spend_limit_reached",
    ),
    "ramp-limit": Problem(
        429, RATE, "Your organization's usage grows too quickly.", "ramp_limit_exceeded"
    ),
    "billing": Problem(402, "billing_error", "There is a problem with your billing details."),
}
# Of a moment or of a request.
PASSING = {
    "version-missing": Problem(400, INVALID, "anthropic-version: header is required"),
    "model-unknown": Problem(404, "not_found_error", "model: {model}"),
    "bad-request": Problem(400, INVALID, "{message}"),
    "unclassified-400": Problem(400, INVALID, "Something that nobody has written down."),
    "not-found": Problem(404, "not_found_error", "Not found"),
    "request-timeout": Problem(408, "timeout_error", "Request timed out"),
    "conflict": Problem(409, "conflict_error", "Conflicting request"),
    "too-large": Problem(
        413,
        "request_too_large",
        text="<html><head><title>413 Request Entity Too Large</title></head></html>\n",
    ),
    "unprocessable": Problem(422, INVALID, "Unprocessable"),
    "rate-limited": Problem(
        429,
        RATE,
        "This request would exceed your organization's rate limit.",
        headers=(("x-should-retry", "true"),),
    ),
    "server-error": Problem(500, "api_error", "Internal server error"),
    "bad-gateway": Problem(
        502, "api_error", text="<html><head><title>502 Bad Gateway</title></head></html>\n"
    ),
    "unavailable": Problem(503, "api_error", "Service unavailable"),
    "timeout": Problem(504, "timeout_error", "The request took too long"),
    "overloaded": Problem(529, "overloaded_error", "Overloaded"),
}
PROBLEMS = AT_THE_DOOR | AT_INFERENCE | PASSING


def bad_request(message: str) -> Refused:
    return Refused(PROBLEMS["bad-request"].about(message=message))


def problem(name: str, **values: str) -> Refused:
    return Refused(PROBLEMS[name].about(**values) if values else PROBLEMS[name])
