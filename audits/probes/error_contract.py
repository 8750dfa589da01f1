"""Whether a bad request is refused as documented: an envelope, a request id, and no bill."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from audits.probes.asking import answered
from audits.probes.base import (
    Aspect,
    Check,
    Finding,
    Free,
    Measure,
    Strength,
    Target,
    Verdict,
)
from audits.probes.claude_errors import ApiFault, Situation
from audits.probes.tools import Tools
from audits.probes.usage import Usage
from audits.probes.words import counted

# Nothing is reserved for it, so no model may run on it. The fields are there, and wrong: a gateway
# that fills in defaults for those that lack would make a good and billed request of one without.
NOTHING: Mapping[str, Any] = {"max_tokens": 0, "messages": []}
FALLBACK_MODEL = "claude-haiku-5-5"
ELSEWHERE = (
    "See what stands between here and the API (a gateway, a proxy): it changes errors on their "
    "way, and code that reads them will not find what it looks for."
)
OFF = "Switch this probe off here until such requests are refused."
# The request was judged, and found bad: only then there is a contract to look at.
JUDGED = frozenset({Situation.UNCLASSIFIED_400, Situation.UNEXPECTED})


class ErrorContract(Free):
    name = "error-contract"
    title = "Error contract"
    looks_at = "How the API answers a request with no message and a max_tokens of 0."
    strength = Strength.MEDIUM
    aspects: tuple[Aspect, ...] = (
        Aspect("envelope", "A bad request gets the documented envelope", Strength.PARTIAL),
        Aspect("request-id", "An error carries a request id to log", Strength.PARTIAL),
        Aspect("not-billed", "A refused request is not billed", Strength.PARTIAL),
    )
    needs: tuple[str, ...] = ("keys",)
    every = dt.timedelta(hours=6)
    stale_after = dt.timedelta(days=2)
    seconds = 30
    how = "Sent POST /v1/messages with no message and max_tokens 0, on which no model can run."

    @answered
    def run(self, target: Target, tools: Tools) -> Finding:
        if not target.keys:
            return Finding.inconclusive(
                f"{target.name} has no key to send a bad request with.",
                next_step="Add the reference of its key to the environment's settings.",
            )
        model = target.models[0] if target.models else FALLBACK_MODEL
        claude = tools.claude(target, target.keys)
        try:
            reply = claude.message({"model": model, **NOTHING}, paid=False)
        except ApiFault as fault:
            if fault.reply is None or fault.situation not in JUDGED:
                raise
            return judge(fault, how=self.how)
        return Finding.of([_accepted(reply.status), _served(reply.usage)], how=self.how)


def judge(fault: ApiFault, *, how: str) -> Finding:
    reply = fault.reply
    body = reply.json if reply is not None and isinstance(reply.json, Mapping) else {}
    header = reply.headers.get("request-id", "") if reply is not None else ""
    checks = [_envelope(fault, body), _request_id(header, body), _bill(body)]
    return Finding.of(checks, how=how)


def _accepted(status: int) -> Check:
    says = (
        f"A request with no message was answered {status} instead of being refused: it may be "
        "billed, and nothing was reserved for it."
    )
    return Check("envelope", Verdict.FAIL, says, f"{ELSEWHERE} {OFF}")


def _served(usage: Usage) -> Check:
    tokens = usage.prompt_tokens + usage.output_tokens
    if tokens:
        says = f"The answer tells {counted(tokens, 'token')}: what should be refused is billed."
        return Check("not-billed", Verdict.FAIL, says, OFF)
    says = "The answer tells no usage, so it is not known whether it is billed."
    return Check("not-billed", Verdict.INCONCLUSIVE, says, OFF)


def _envelope(fault: ApiFault, body: Mapping[str, Any]) -> Check:
    measures = (
        Measure("status", fault.status or 0),
        Measure("error.type", fault.type or "missing"),
    )
    error = body.get("error")
    lacking = [] if fault.status == 400 else ["the status 400"]
    if body.get("type") != "error":
        lacking.append("the outer type “error”")
    if fault.type != "invalid_request_error":
        lacking.append("the error.type invalid_request_error")
    if not (isinstance(error, Mapping) and error.get("message")):
        lacking.append("a message")
    if lacking:
        says = f"A bad request got {fault.status}, but without {' and '.join(lacking)}."
        return Check("envelope", Verdict.FAIL, says, ELSEWHERE, measures)
    says = f"A bad request got {fault.status} {fault.type} in the documented envelope."
    return Check("envelope", Verdict.PASS, says, measures=measures)


def _request_id(header: str, body: Mapping[str, Any]) -> Check:
    """The header is what counts: not every error has a JSON body."""
    inside = body.get("request_id")
    if not header:
        says = "The error has no request-id header, so a support ticket could not name it."
        return Check("request-id", Verdict.FAIL, says, ELSEWHERE)
    if isinstance(inside, str) and inside and inside != header:
        says = f"The request-id header says {header[:80]}, the envelope {inside[:80]}."
        return Check("request-id", Verdict.FAIL, says, ELSEWHERE)
    says = f"The error carries the request id {header[:80]}."
    return Check("request-id", Verdict.PASS, says, measures=(Measure("request id", header[:80]),))


def _bill(body: Mapping[str, Any]) -> Check:
    if "usage" in body:
        says = "The refusal tells usage, as if it were billed."
        step = "Look the request id up in the Console's usage page."
        return Check("not-billed", Verdict.FAIL, says, step)
    says = "The refusal tells no usage, and no model runs on such a request: there is no bill."
    return Check("not-billed", Verdict.PASS, says)


probe = ErrorContract()
