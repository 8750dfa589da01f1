"""Requests to the app's own chat endpoint, as its team described them."""

import json
from dataclasses import dataclass

from audits.net.door import Door, DoorFault, Fault, Limits
from audits.probes.base import Chat, Finding, Kind, Target

MESSAGE = "{{message}}"
# Harmless, short to answer, and easy to find in a log.
GREETING = "Countersign checks this endpoint. Please answer with one short sentence."
# Faults that the app answers for; the others keep the probe from looking at all.
OF_THE_APP = frozenset({Fault.TIMEOUT, Fault.RESET, Fault.PROTOCOL})


@dataclass(frozen=True)
class Asked:
    """A request that is ready to be sent."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes


def asked(chat: Chat, message: str) -> Asked:
    """The request with that message inside the template's JSON string."""
    inside = json.dumps(message)[1:-1]
    headers = {name: value.reveal() for name, value in chat.headers.items()}
    if not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = "application/json"
    content = chat.template.replace(MESSAGE, inside).encode()
    return Asked(chat.method.upper(), chat.url, headers, content)


@dataclass(frozen=True)
class Knock:
    """What an answer's head said; `fault` instead when there was no answer."""

    status: int = 0
    retry_after: str = ""
    fault: DoorFault | None = None

    @property
    def served(self) -> bool:
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """As a bad input is; 401, 403, 404, 405 and 429 are about something else."""
        return 400 <= self.status < 500 and self.status not in (401, 403, 404, 405, 429)

    @property
    def words(self) -> str:
        return f"answered {self.status}" if self.fault is None else str(self.fault)


def knock(door: Door, chat: Chat, message: str, limits: Limits) -> Knock:
    """Sends the message and hangs up when the answer's head is there: the rest would be paid for
    and not looked at."""
    request = asked(chat, message)
    try:
        with door.stream(
            request.method,
            request.url,
            headers=request.headers,
            content=request.content,
            limits=limits,
        ) as stream:
            return Knock(stream.status, stream.headers.get("retry-after") or "")
    except DoorFault as fault:
        return Knock(fault=fault)


def not_ready(target: Target) -> Finding | None:
    """Why there is nothing to ask the chat endpoint, or None."""
    chat = target.app.chat
    if chat is None:
        return Finding.inconclusive(
            "The environment names no chat endpoint.",
            next_step="Write its address and request into the environment's settings.",
        )
    if MESSAGE not in chat.template:
        return Finding.inconclusive(
            f"The request template of the chat endpoint has no {MESSAGE}.",
            next_step="Write it where the user's text goes.",
        )
    return None


def not_agreed(target: Target) -> Finding | None:
    """Why nothing intrusive is sent there, or None: on production only after a second yes."""
    if target.kind is not Kind.PRODUCTION or target.agreed.production:
        return None
    return Finding.inconclusive(
        "Nothing was sent: this is production, and nobody agreed to it.",
        next_step="Agree on the probe's page, or run it on staging.",
    )
