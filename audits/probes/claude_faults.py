"""Answers and faults of the door as faults of the API."""

import datetime as dt

from audits.net.door import DoorFault, Fault
from audits.probes.claude_calls import Reply
from audits.probes.claude_errors import ApiFault, Envelope, Situation, classify
from audits.probes.claude_retries import retry_after_s

_OF_DOOR = {
    Fault.TIMEOUT: Situation.TIMEOUT,
    Fault.REFUSED: Situation.REFUSED_HERE,
    Fault.TOO_LARGE: Situation.UNREADABLE,
    Fault.REDIRECT: Situation.UNREADABLE,
}


def of_door(fault: DoorFault, *, request_id: str = "") -> ApiFault:
    situation = _OF_DOOR.get(fault.kind, Situation.CONNECTION)
    return ApiFault(situation, str(fault), request_id=request_id, sent=fault.sent)


def of_reply(reply: Reply) -> ApiFault | None:
    """None for an answer below 300 that is a JSON object."""
    if reply.status < 300 and isinstance(reply.json, dict):
        return None
    said = Envelope.of(reply.json)
    readable = reply.status >= 300
    return ApiFault(
        classify(reply.status, said) if readable else Situation.UNREADABLE,
        said.message or _instead(reply),
        status=reply.status,
        type=said.type,
        error_code=said.error_code,
        request_id=reply.request_id,
        retry_after_s=retry_after_s(reply.headers, dt.datetime.now(dt.UTC)),
        reply=reply,
    )


def _instead(reply: Reply) -> str:
    """What to show of an answer without the API's envelope."""
    return " ".join(reply.text.split())[:200]
