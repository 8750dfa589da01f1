"""A message as server-sent events, in the order of the API, and broken where a fault says so."""

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

from audits.simulator.exchange import Exchange
from audits.simulator.faults import Fault, happen_midstream
from audits.simulator.pieces import pieces_of
from audits.simulator.problems import PROBLEMS
from audits.simulator.tokens import Usage
from audits.simulator.world import World


def envelope(exchange: Exchange, model: str) -> dict[str, Any]:
    return {
        "id": f"msg_{uuid.uuid4().hex[:24]}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def stop_reason(world: World, body: dict[str, Any]) -> str:
    """A limit below what there is to say cuts the answer off."""
    if body["max_tokens"] < world.speech.output_tokens:
        return "max_tokens"
    return world.speech.stop_reason


def event(kind: str, **value: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **value})}\n\n".encode()


def blocks(world: World) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The content blocks at their start, each with its deltas."""
    if world.speech.thinks:
        yield (
            {"type": "thinking", "thinking": "", "signature": ""},
            [
                {"type": "thinking_delta", "thinking": "Let me see."},
                {"type": "signature_delta", "signature": "c2ln"},
            ],
        )
    deltas = [{"type": "text_delta", "text": piece} for piece in pieces_of(world.speech.text)]
    yield {"type": "text", "text": ""}, deltas


async def stream(
    world: World,
    exchange: Exchange,
    model: str,
    body: dict[str, Any],
    usage: Usage,
    headers: list[tuple[str, str]],
    fault: Fault | None,
) -> None:
    """Send it at the world's pace; `exchange.seen.marks` tells when what was sent."""
    talk = _Talk(world, exchange, world.pace(model), fault)
    await talk.wait_until(talk.pace.start_ms)
    await exchange.begin(200, [("content-type", "text/event-stream; charset=utf-8"), *headers])
    begun = usage.as_json() | {"output_tokens": 1}
    message = envelope(exchange, model) | {"usage": begun}
    await talk.say("message_start", message=message)
    await _say_blocks(world, talk)
    if world.speech.chatty:
        await talk.say("something_new", index=0)
    reason = {"stop_reason": stop_reason(world, body), "stop_sequence": None}
    await talk.say("message_delta", delta=reason, usage=_last_usage(usage))
    await talk.say("message_stop")
    await exchange.end()


async def _say_blocks(world: World, talk: "_Talk") -> None:
    for index, (block, deltas) in enumerate(blocks(world)):
        await talk.say("content_block_start", index=index, content_block=block)
        if index == 0 and world.speech.chatty:
            await talk.say("ping")
        for delta in deltas:
            await talk.say_delta(index, delta)
        await talk.say("content_block_stop", index=index)


def _last_usage(usage: Usage) -> dict[str, Any]:
    value = usage.as_json()
    del value["service_tier"], value["cache_creation"]
    return value


class _Talk:
    def __init__(self, world: World, exchange: Exchange, pace: Any, fault: Fault | None) -> None:
        self.exchange = exchange
        self.pace = pace
        self.fault = fault
        self.deltas = 0

    async def wait_until(self, ms: float) -> None:
        """So long after the request came."""
        left = self.exchange.seen.at + ms / 1000 - time.monotonic()
        if left > 0:
            await self.exchange.hang(left)

    async def say(self, kind: str, **value: Any) -> None:
        self.exchange.seen.marks.setdefault(kind, time.monotonic())
        await self.exchange.send(event(kind, **value))

    async def say_delta(self, index: int, delta: dict[str, Any]) -> None:
        if self.fault and self.deltas >= self.fault.after:
            await self._break(self.fault)
        await self.wait_until(self.pace.first_ms + self.deltas * self.pace.gap_ms)
        self.deltas += 1
        await self.say("content_block_delta", index=index, delta=delta)

    async def _break(self, fault: Fault) -> None:
        if fault.what == "stream-error":
            error = PROBLEMS[fault.problem].error()
            await self.say("error", error=error)
            await self.exchange.end()
        while fault.what == "stream-drip":
            await self.say("ping")
            await self.exchange.hang(fault.every)
        await happen_midstream(fault, self.exchange)
