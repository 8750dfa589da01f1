"""The client of the Claude API: what the checklists ask of one, done.

Raw HTTP through the door and no SDK: the times are to be believed, and the one layer that retries
is this one (claude-engineering/core-logic-decoupled).
"""

import itertools
import json
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from audits.net.door import Door, DoorFault, Limits
from audits.probes import call_log
from audits.probes.base import Credential, Key
from audits.probes.claude_attempts import Attempt, Result
from audits.probes.claude_calls import Call, Reply, Streamed, milliseconds
from audits.probes.claude_errors import ApiFault, ClaudeFault, Situation
from audits.probes.claude_faults import of_door, of_reply
from audits.probes.claude_keys import Turn
from audits.probes.claude_retries import PRACTICE, Practice
from audits.probes.claude_stream import follow
from audits.probes.claude_tickets import Ask, Ticket
from audits.probes.guards import CircuitOpen, Guards, LedgerRefused, LimitReached
from audits.probes.prices import Prices
from audits.probes.redaction import without
from audits.probes.secrets import Secret

__all__ = [
    "ApiFault",
    "Call",
    "CircuitOpen",
    "Claude",
    "ClaudeFault",
    "LedgerRefused",
    "LimitReached",
    "Practice",
    "Reply",
    "Situation",
    "Streamed",
]

NOTHING: Mapping[str, str] = {}


class Claude:
    """A client of one base URL that uses its keys in turn.

    Every method raises ClaudeFault: ApiFault when the last attempt failed; CircuitOpen,
    LimitReached or LedgerRefused when nothing was asked. `on_call` is told of every attempt, with
    `metadata`: whose call it is. Paths begin with a slash, as in "/v1/models".
    """

    def __init__(
        self,
        door: Door,
        *,
        api_url: str,
        keys: Sequence[Key],
        api_version: str,
        credential: Credential,
        workspace_id: str,
        guards: Guards,
        prices: Prices,
        on_call: Callable[[Call], None] = call_log.write,
        settings: Practice = PRACTICE,
        metadata: Mapping[str, str] = NOTHING,
    ) -> None:
        self.door = door
        self.api_url = api_url.rstrip("/")
        self.api_version = api_version
        self.credential = credential
        self.workspace_id = workspace_id
        self.guards = guards
        self.prices = prices
        self.on_call = on_call
        self.settings = settings
        self.metadata = metadata
        self.turn = Turn(keys)

    def get(
        self,
        path: str,
        params: Iterable[tuple[str, str]] | Mapping[str, str] = (),
        *,
        beta: str = "",
    ) -> Reply:
        """Free. `params` may repeat a name, as in `group_by[]`; `beta` is a list with commas."""
        return self._asked(Ask("GET", path, query=urlencode(_pairs(params)), beta=beta))

    def list_models(self, limit: int = 1) -> Reply:
        """Free: the key authenticates."""
        return self.get("/v1/models", [("limit", str(limit))])

    def model(self, id: str) -> Reply:
        """Free. An alias is answered with the model that it stands for."""
        return self.get(f"/v1/models/{quote(id, safe='')}")

    def count_tokens(
        self, model: str, messages: list[dict[str, Any]], system: Any = None
    ) -> Reply:
        """Free: the key may use the model. `reply.json["input_tokens"]`."""
        body: dict[str, Any] = {"model": model, "messages": messages}
        if system is not None:
            body["system"] = system
        return self._asked(Ask("POST", "/v1/messages/count_tokens", body=body, limited=True))

    def message(self, body: Mapping[str, Any], *, paid: bool = True, beta: str = "") -> Reply:
        """Costs money: reserves its worst case first. With `paid=False` it does not, for bodies
        that the API refuses; should it answer all the same, the ledger shows it."""
        return self._asked(self._message(body, paid, beta))

    def stream(self, body: Mapping[str, Any], *, beta: str = "") -> Streamed:
        """Costs money, like `message`. Retried until an answer of 200 begins and not after:
        what breaks it off then is `error` of what is returned."""
        ask = self._message({**body, "stream": True}, True, beta)
        return self._retried(ask, self._streamed)

    def _message(self, body: Mapping[str, Any], paid: bool, beta: str) -> Ask:
        return Ask(
            "POST",
            "/v1/messages",
            body=body,
            beta=beta,
            limited=True,
            billable=True,
            reserves=paid,
        )

    def _asked(self, ask: Ask) -> Reply:
        return self._retried(ask, self._replied)

    def _retried(self, ask: Ask, send: Callable[[Ask, Key | None, Limits], Result]) -> Result:
        """Within `total_s`, pauses included; raises the error that came last."""
        deadline = time.monotonic() + self.settings.total_s
        correlation_id = secrets.token_hex(8)
        last: ApiFault | None = None
        for number in itertools.count(1):
            try:
                ticket = Ticket(self.guards, self.prices, ask, deadline)
            except ClaudeFault as refusal:
                # What failed says more than that it is not tried again.
                raise last or refusal from None
            attempt = Attempt(self, ask, ticket, correlation_id, number, deadline)
            try:
                return attempt.run(send)
            except ApiFault as fault:
                if attempt.wait_s is None:
                    raise
                last = fault
                time.sleep(attempt.wait_s)
        raise AssertionError("it ends with an answer or a fault")

    def _replied(self, ask: Ask, key: Key | None, limits: Limits) -> Reply:
        try:
            answer = self.door.request(
                ask.method,
                self._url(ask),
                headers=self._headers(ask, key),
                content=_content(ask),
                limits=limits,
            )
        except DoorFault as error:
            raise of_door(error) from None
        sent = _sent(key)
        _clean(answer.headers, sent)
        reply = Reply.of(answer.status, answer.headers, answer.body, answer.elapsed_ms, sent)
        if fault := of_reply(reply):
            raise fault
        return reply

    def _streamed(self, ask: Ask, key: Key | None, limits: Limits) -> Streamed:
        try:
            with self.door.stream(
                ask.method,
                self._url(ask),
                headers=self._headers(ask, key),
                content=_content(ask),
                limits=limits,
            ) as stream:
                headers_at = time.monotonic()
                body = b"{}" if stream.status == 200 else stream.read()
                elapsed = milliseconds(time.monotonic() - stream.started)
                sent = _sent(key)
                _clean(stream.headers, sent)
                reply = Reply.of(stream.status, stream.headers, body, elapsed, sent)
                if refused := of_reply(reply):
                    raise refused
                return follow(stream, reply, headers_at, sent)
        except DoorFault as error:
            raise of_door(error) from None

    def _url(self, ask: Ask) -> str:
        return f"{self.api_url}{ask.path}{'?' if ask.query else ''}{ask.query}"

    def _headers(self, ask: Ask, key: Key | None) -> dict[str, str]:
        headers = {
            "anthropic-version": self.api_version,
            "content-type": "application/json",
            "accept": "application/json",
            "user-agent": "countersign",
        }
        if key and self.credential is Credential.BEARER:
            headers["authorization"] = f"Bearer {key.secret.reveal()}"
        elif key:
            headers["x-api-key"] = key.secret.reveal()
        if self.workspace_id:
            headers["anthropic-workspace-id"] = self.workspace_id
        if ask.beta:
            headers["anthropic-beta"] = ask.beta
        return headers


def _sent(key: Key | None) -> tuple[Secret, ...]:
    return (key.secret,) if key else ()


def _clean(headers: MutableMapping[str, str], sent: tuple[Secret, ...]) -> None:
    """Of the key: request ids are logged and shown too."""
    for name, value in list(headers.items()):
        headers[name] = without(value, sent)


def _pairs(params: Iterable[tuple[str, str]] | Mapping[str, str]) -> list[tuple[str, str]]:
    return list(params.items() if isinstance(params, Mapping) else params)


def _content(ask: Ask) -> bytes:
    return b"" if ask.body is None else json.dumps(ask.body, ensure_ascii=False).encode()
