"""Kinds of errors, as the sources tell them apart."""

import re

RATE, OVERLOADED, SERVER, TIMEOUT = "429", "529", "5xx", "timeout"
CONNECTION, CONFLICT, DENIED, MONEY = "connection", "409", "401 or 403", "money"
BAD, MISSING, OTHER, MID_STREAM = "400", "404", "other", "in mid-stream"
# What passes by itself: the SDK retries these.
TRANSIENT = frozenset({RATE, OVERLOADED, SERVER, TIMEOUT, CONNECTION, CONFLICT})
# What no retry helps.
FUTILE = frozenset({DENIED, MONEY, BAD, MISSING})
# Without an answer there is no request id.
UNANSWERED = frozenset({TIMEOUT, CONNECTION})

_CAPS = re.compile(r"spend_limit_reached|ramp_limit_exceeded|organization_on_hold")
_NO_MONEY = re.compile(
    r"credit balance is too low|specified (?:workspace )?api usage limits|billing", re.IGNORECASE
)
_BY_STATUS = {
    429: RATE,
    529: OVERLOADED,
    408: TIMEOUT,
    504: TIMEOUT,
    409: CONFLICT,
    401: DENIED,
    403: DENIED,
    402: MONEY,
    400: BAD,
    404: MISSING,
}
_BY_WORD = (
    (re.compile(r"time.?d?.?out|deadline", re.IGNORECASE), TIMEOUT),
    (re.compile(r"overloaded|\b529\b", re.IGNORECASE), OVERLOADED),
    (re.compile(r"rate.?limit|\b429\b", re.IGNORECASE), RATE),
    (re.compile(r"authenti|permission|\b40[13]\b", re.IGNORECASE), DENIED),
    (re.compile(r"connect|econn|reset by peer|dns|network", re.IGNORECASE), CONNECTION),
    (re.compile(r"not.?found|\b404\b", re.IGNORECASE), MISSING),
    (re.compile(r"invalid.?request|bad.?request|\b400\b", re.IGNORECASE), BAD),
    (re.compile(r"api_error|internal.?server|unavailable|\b50[0-3]\b", re.IGNORECASE), SERVER),
)


def kind_of(status: int | None, error: str, code: str) -> str:
    """`error` is the error's class or text, `code` the API's error_code; either may be empty."""
    if _CAPS.search(code) or _CAPS.search(error) or _NO_MONEY.search(error):
        return MONEY
    if status is not None and status >= 400:
        return _BY_STATUS.get(status) or (SERVER if status >= 500 else OTHER)
    if status is not None and 200 <= status < 300 and error:
        return MID_STREAM
    for pattern, kind in _BY_WORD:
        if pattern.search(error):
            return kind
    return OTHER
