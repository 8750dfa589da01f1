"""How a message is posted to an address, and what the answer means."""

import datetime as dt
import email.utils
import json
from collections.abc import Mapping
from typing import Any

from audits.alerts.base import Outcome, Result
from audits.net.door import Door, Limits
from audits.net.faults import DoorFault, Fault
from audits.probes.secrets import Secret

# An answer is a word or a short JSON; a redirect could lead a secret elsewhere.
LIMITS = Limits(connect_s=5.0, total_s=10.0, max_bytes=65_536, redirects=0)
# Longer is not waited for: the alert would be yesterday's.
LONGEST_WAIT_S = 3600
# The one that answers is not the one that takes it, so it may have been taken.
BY_A_GATEWAY = (502, 504)


def as_bytes(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def post(
    door: Door,
    url: Secret,
    content: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    repeatable: bool,
) -> tuple[Outcome, str]:
    """Post JSON; the outcome, and the text of the answer.

    `repeatable` says that the receiver knows a second one of the same for what it is. Where it
    does not, a message that may have arrived is not sent again: its outcome is unknown.
    """
    sent = {"Content-Type": "application/json", **(headers or {})}
    try:
        answer = door.request("POST", url.reveal(), headers=sent, content=content, limits=LIMITS)
    except DoorFault as fault:
        return _of_fault(fault, repeatable), ""
    wait = retry_after(answer.headers.get("retry-after") or "", dt.datetime.now(dt.UTC))
    return judge(answer.status, wait, repeatable=repeatable), answer.text


def _of_fault(fault: DoorFault, repeatable: bool) -> Outcome:
    says = f"The address {fault}."
    if fault.kind in (Fault.REFUSED, Fault.REDIRECT):
        return Outcome(Result.REFUSED, says)
    if repeatable or not fault.sent:
        return Outcome(Result.LATER, says)
    return Outcome(Result.UNKNOWN, f"{says} Nothing says whether the message was taken.")


def judge(status: int, after_s: int | None, *, repeatable: bool) -> Outcome:
    """What an HTTP status says of a message that was posted."""
    says = f"Answered {status}."
    if 200 <= status < 300:
        return Outcome(Result.SENT, says, status)
    if status == 410:
        return Outcome(Result.GONE, "Answered 410: the address is gone for good.", status)
    if status in BY_A_GATEWAY and not repeatable:
        says += " Nothing says whether the message was taken."
        return Outcome(Result.UNKNOWN, says, status)
    if status in (408, 425, 429) or status >= 500:
        return Outcome(Result.LATER, says, status, after_s)
    if 300 <= status < 400:
        says += " A channel is not followed to another address; enter the new one."
    return Outcome(Result.REFUSED, says, status)


def retry_after(header: str, now: dt.datetime) -> int | None:
    """The seconds that a Retry-After asks for, a count or a date; None for anything else."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), LONGEST_WAIT_S)
    try:
        until = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return max(0, min(int((until - now).total_seconds()), LONGEST_WAIT_S))
