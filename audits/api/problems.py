"""Every failure as JSON with a sentence."""

import logging
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError

from audits.api.schemas import Problem
from audits.models.errors import Refused, RuleBroken

logger = logging.getLogger(__name__)

# What every operation may answer, beside what it is for.
FAILURES: dict[int, Any] = dict.fromkeys((400, 401, 404, 422, 429), Problem)


def problem(status: int, sentence: str, faults: Sequence[dict[str, str]] = ()) -> HttpResponse:
    return JsonResponse({"error": sentence, "faults": list(faults)}, status=status)


def explain_in(api: NinjaAPI) -> None:
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _refused)
    api.add_exception_handler(RuleBroken, _rule_broken)
    api.add_exception_handler(Http404, _not_found)
    api.add_exception_handler(SuspiciousOperation, _malformed)
    api.add_exception_handler(Exception, _failed)


def _invalid(_request: HttpRequest, error: Any) -> HttpResponse:
    faults = [
        {"where": ".".join(str(part) for part in each["loc"]), "what": each["msg"]}
        for each in error.errors
    ]
    # What was sent stays out of the answer: a key in the wrong place would stand in logs.
    return problem(422, "What was sent is not what this operation takes.", faults)


def _refused(_request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error, Throttled):
        answer = problem(429, "Too many requests. Wait a minute before the next.")
        answer["Retry-After"] = str(error.wait)
        return answer
    # Of the framework's own refusals this is the one that clients meet, and it says too little.
    unread = "The body is not JSON that can be read: send an object, as docs/api.md shows."
    answer = problem(error.status_code, unread if error.status_code == 400 else str(error))
    if error.status_code == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def _rule_broken(_request: HttpRequest, error: Any) -> HttpResponse:
    field = error.field if isinstance(error, Refused) else None
    faults = [{"where": field, "what": str(error)}] if field else []
    return problem(error.status, str(error), faults)


def _not_found(_request: HttpRequest, _error: Any) -> HttpResponse:
    return problem(404, "There is no such thing, or it is not of the token's team.")


def _malformed(_request: HttpRequest, _error: Any) -> HttpResponse:
    return problem(400, "The request is malformed or too large.")


def _failed(_request: HttpRequest, error: Any) -> HttpResponse:
    logger.error("The API failed", exc_info=error)
    return problem(500, "Something went wrong here; it is in the operator's log.")
