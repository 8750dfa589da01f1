"""A streamed message, event by event, with the time of each: section 6 of the facts."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from audits.net.door import DoorFault
from audits.probes.claude_calls import TEXT_AT_MOST, Reply, Streamed, milliseconds, parse
from audits.probes.claude_errors import ApiFault, Envelope, Situation, classify_type
from audits.probes.claude_faults import of_door
from audits.probes.redaction import redact, without
from audits.probes.secrets import Secret
from audits.probes.usage import Usage

if TYPE_CHECKING:
    from audits.net.door import Stream

_END_OF_FRAME = re.compile(rb"\r?\n\r?\n")
# The longest that it takes: what is looked at again when more has arrived.
_OVERLAP = 3


def events(
    chunks: Iterable[tuple[float, bytes]], sent: Sequence[Secret] = ()
) -> Iterator[tuple[float, Any]]:
    """The data of each event with the time at which its last byte arrived, without the keys that
    were sent; what is no JSON object is passed over. A frame that is cut off at the end is no
    event."""
    buffer = bytearray()
    for at, chunk in chunks:
        start = max(0, len(buffer) - _OVERLAP)
        buffer += chunk
        done = 0
        while end := _END_OF_FRAME.search(buffer, max(done, start)):
            if isinstance(data := _data(bytes(buffer[done : end.start()]), sent), dict):
                yield at, data
            done = end.end()
        del buffer[:done]


def _data(frame: bytes, sent: Sequence[Secret]) -> Any:
    lines = [line[5:].strip() for line in frame.splitlines() if line.startswith(b"data:")]
    return parse(b"\n".join(lines), sent) if lines else None


def follow(
    stream: "Stream", reply: Reply, headers_at: float, sent: Sequence[Secret] = ()
) -> Streamed:
    """Read the stream to its end, whatever that is."""
    told = _Told(stream.started, sent)
    error: ApiFault | None = None
    try:
        for at, event in events(stream.chunks(), sent):
            told.hear(at, event)
            if error := _error(event, reply.request_id):
                break
            if told.stopped:
                # A server that keeps the connection must not hold the message back.
                break
    except DoorFault as fault:
        error = of_door(fault, request_id=reply.request_id)
    if error is None and not told.stopped:
        cut = "ended its stream without message_stop"
        error = ApiFault(Situation.CONNECTION, cut, request_id=reply.request_id)
    return told.summary(reply, headers_at, error)


def _error(event: dict[str, Any], request_id: str) -> ApiFault | None:
    if event.get("type") != "error":
        return None
    said = Envelope.of(event)
    return ApiFault(
        classify_type(said.type),
        said.message,
        status=200,
        type=said.type,
        error_code=said.error_code,
        request_id=request_id or said.request_id,
    )


class _Told:
    """What the events have told so far. Events of other types are passed over."""

    def __init__(self, started: float, sent: Sequence[Secret]) -> None:
        self.started = started
        self.sent = sent
        self.first: dict[str, float] = {}
        self.last = started
        self.usage: dict[str, Any] = {}
        self.model = self.stop_reason = ""
        self.text: list[str] = []
        self.stopped = False
        self.count = 0

    def hear(self, at: float, event: dict[str, Any]) -> None:
        self.last = at
        self.count += 1
        match event:
            case {"type": "message_start", "message": {**message}}:
                self.first.setdefault("start", at)
                self.model = _text(message.get("model"))
                self._use(message.get("usage"))
            case {"type": "content_block_delta", "delta": {**delta}}:
                self.first.setdefault("delta", at)
                if delta.get("type") == "text_delta" and (said := _text(delta.get("text"))):
                    self.first.setdefault("text", at)
                    self.text.append(said)
            case {"type": "message_delta", "delta": {**delta}}:
                self.stop_reason = _text(delta.get("stop_reason")) or self.stop_reason
                self._use(event.get("usage"))
            case {"type": "message_stop"}:
                self.stopped = True

    def _use(self, usage: Any) -> None:
        # Later figures are cumulative, and name only what changed.
        if isinstance(usage, dict):
            self.usage |= {name: value for name, value in usage.items() if value is not None}

    def summary(self, reply: Reply, headers_at: float, error: ApiFault | None) -> Streamed:
        times = {name: milliseconds(at - self.started) for name, at in self.first.items()}
        return Streamed(
            reply=reply,
            request_id=reply.request_id,
            started=self.started,
            model=self.model,
            headers_ms=milliseconds(headers_at - self.started),
            message_start_ms=times.get("start"),
            ttft_ms=times.get("delta"),
            first_text_ms=times.get("text"),
            total_ms=None if error else milliseconds(self.last - self.started),
            stop_reason=self.stop_reason,
            usage=Usage.of(self.usage),
            ended_cleanly=error is None,
            error=error,
            events=self.count,
            # Put together first: a key may come in pieces.
            text=redact(without("".join(self.text), self.sent), at_most=TEXT_AT_MOST),
        )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
