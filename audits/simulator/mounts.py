"""One listener, three mounts: the API under /claude, the status page under /status, and an
application under /app."""

import time
from collections.abc import Callable
from typing import Any

from audits.simulator import application, claude, statuspage
from audits.simulator.exchange import Exchange, Gone
from audits.simulator.faults import happen
from audits.simulator.problems import Refused
from audits.simulator.world import World

MOST_BYTES = 4 * 1024 * 1024


class Simulator:
    """An ASGI application around a world."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def __call__(self, scope: dict[str, Any], receive: Callable, send: Callable) -> None:
        exchange = Exchange(scope, receive, send)
        seen = exchange.seen
        self.world.seen.append(seen)
        try:
            await self._answer(exchange)
        except Gone:
            seen.left = True
        finally:
            seen.ended_at = time.monotonic()

    async def _answer(self, exchange: Exchange) -> None:
        world, path = self.world, exchange.seen.path
        if path.startswith("/claude/"):
            await claude.answer(world, exchange)
            return
        if not await exchange.read(MOST_BYTES):
            await exchange.answer(413, "Too large.\n", "text/plain")
            return
        try:
            fault = world.fault_for(exchange.seen)
            if fault and await happen(fault, exchange):
                return
        except Refused as refused:
            wrong = refused.problem
            await exchange.answer(wrong.status, wrong.body(""), wrong.content_type, wrong.headers)
            return
        if path.startswith("/status/"):
            await statuspage.answer(world.status, exchange)
        else:
            await application.answer(world.app, exchange)
