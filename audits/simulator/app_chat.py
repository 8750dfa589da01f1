"""How the chat endpoint of the application answers: as a stream should, and in the ways in which
one can fail to be."""

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from audits.simulator.exchange import Exchange
from audits.simulator.pieces import pieces_of

EVENTS, TEXT = "text/event-stream; charset=utf-8", "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Pace:
    """Milliseconds until the first piece, and between two."""

    first_ms: float = 0
    gap_ms: float = 0


def _event(kind: str, **value: str) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(value)}\n\n".encode()


async def _pieces(exchange: Exchange, text: str, pace: Pace, kind: str) -> None:
    await exchange.hang(pace.first_ms / 1000)
    await exchange.begin(200, [("content-type", kind), ("cache-control", "no-store")])
    for place, piece in enumerate(pieces_of(text)):
        if place:
            await exchange.hang(pace.gap_ms / 1000)
        exchange.seen.marks.setdefault("first", time.monotonic())
        await exchange.send(_event("delta", text=piece) if kind == EVENTS else piece.encode())


async def sse(exchange: Exchange, text: str, pace: Pace) -> None:
    """Events, and one that says that it is over."""
    await _pieces(exchange, text, pace, EVENTS)
    await exchange.send(_event("message_stop", stop_reason="end_turn"))
    await exchange.end()


async def unsignalled(exchange: Exchange, text: str, pace: Pace) -> None:
    """Events that stop without a word."""
    await _pieces(exchange, text, pace, EVENTS)
    await exchange.end()


async def chunks(exchange: Exchange, text: str, pace: Pace) -> None:
    """The bare text as it comes."""
    await _pieces(exchange, text, pace, TEXT)
    await exchange.end()


async def whole(exchange: Exchange, text: str, pace: Pace) -> None:
    """Called a stream, and sent when all of it is there."""
    pieces = list(pieces_of(text))
    await exchange.hang((pace.first_ms + pace.gap_ms * (len(pieces) - 1)) / 1000)
    body = b"".join(_event("delta", text=piece) for piece in pieces)
    end = _event("message_stop", stop_reason="end_turn")
    await exchange.answer(200, body + end, EVENTS)


async def plain(exchange: Exchange, text: str, pace: Pace) -> None:
    """One JSON answer."""
    await exchange.hang(pace.first_ms / 1000)
    await exchange.json(200, {"text": text})


async def endless(exchange: Exchange, text: str, pace: Pace) -> None:
    """Never over: comments that keep it alive follow the text."""
    await _pieces(exchange, text, pace, EVENTS)
    while True:
        await exchange.hang(max(pace.gap_ms, 10) / 1000)
        await exchange.send(b": still here\n\n")


async def broken(exchange: Exchange, text: str, pace: Pace) -> None:
    """Cut off in the middle."""
    await _pieces(exchange, text, pace, EVENTS)
    exchange.cut()


async def failing(exchange: Exchange, text: str, pace: Pace) -> None:
    """An error event takes the end's place."""
    await _pieces(exchange, text, pace, EVENTS)
    await exchange.send(_event("error", message="The answer could not be finished."))
    await exchange.end()


WAYS: dict[str, Callable[[Exchange, str, Pace], Awaitable[None]]] = {
    way.__name__: way for way in (sse, unsignalled, chunks, whole, plain, endless, broken, failing)
}
