"""What goes wrong on purpose, before an answer and in the middle of a stream."""

import gzip
import random
from dataclasses import dataclass, field
from typing import Any

from audits.simulator.exchange import Exchange, Gone
from audits.simulator.problems import PROBLEMS, Problem, Refused

# Before anything else is done. `wait` goes on as usual after `seconds`.
BREAKS = ("wait", "hang", "reset", "cut", "drip", "endless", "garbage", "bomb", "status")
# After `after` pieces of a stream. The stream of `stream-drip` goes on in pings for good.
STREAM_BREAKS = ("stream-error", "stream-hang", "stream-reset", "stream-cut", "stream-drip")
BOMB_BYTES = 64 * 1024 * 1024


@dataclass
class Fault:
    """`what` is the name of a problem, or one of the two lists above. It meets requests whose path
    begins with `path` and, where given, whose body names `model`; `times` of them, all for None;
    of these the `share`. `seconds` and `every` are seconds."""

    what: str
    path: str = "/claude/"
    model: str = ""
    times: int | None = 1
    share: float = 1.0
    seconds: float | None = None
    every: float = 1.0
    after: int = 1
    headers: dict[str, str] = field(default_factory=dict)
    # Of `status`: what is answered as it stands.
    status: int = 200
    body: str = ""
    kind: str = "application/json"
    # Of `stream-error`.
    problem: str = "overloaded"

    def __post_init__(self) -> None:
        if self.what not in (*PROBLEMS, *BREAKS, *STREAM_BREAKS):
            raise ValueError(f"{self.what!r} is no fault that is known")

    @property
    def is_midstream(self) -> bool:
        return self.what in STREAM_BREAKS

    def meets(self, path: str, body: Any, dice: random.Random) -> bool:
        if self.times == 0 or not path.startswith(self.path):
            return False
        if self.model and (not isinstance(body, dict) or body.get("model") != self.model):
            return False
        return self.share >= 1 or dice.random() < self.share

    def use(self) -> "Fault":
        if self.times is not None:
            self.times -= 1
        return self

    def as_problem(self) -> Problem:
        return PROBLEMS[self.what].with_headers(self.headers.items())


async def happen(fault: Fault, exchange: Exchange) -> bool:
    """Let it happen; False when the request is then to be answered as usual."""
    if fault.what in PROBLEMS:
        raise Refused(fault.as_problem())
    if fault.what == "wait":
        await exchange.hang(fault.seconds or 0)
        return False
    await HAPPENINGS[fault.what](fault, exchange)
    return True


async def _hang(fault: Fault, exchange: Exchange) -> None:
    await exchange.hang(fault.seconds)
    exchange.cut()


async def _reset(_: Fault, exchange: Exchange) -> None:
    exchange.reset()
    raise Gone


async def _cut(_: Fault, exchange: Exchange) -> None:
    exchange.cut()
    raise Gone


async def _garbage(_: Fault, exchange: Exchange) -> None:
    exchange.write_raw(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
    exchange.cut()
    raise Gone


async def _drip(fault: Fault, exchange: Exchange) -> None:
    await exchange.begin(200, [("content-type", fault.kind)])
    while True:
        await exchange.send(b" ")
        await exchange.hang(fault.every)


async def _endless(fault: Fault, exchange: Exchange) -> None:
    await exchange.begin(200, [("content-type", fault.kind)])
    while True:
        await exchange.send(b" " * 65_536)


async def _bomb(fault: Fault, exchange: Exchange) -> None:
    packed = gzip.compress(b" " * BOMB_BYTES)
    await exchange.answer(200, packed, fault.kind, [("content-encoding", "gzip")])


async def _status(fault: Fault, exchange: Exchange) -> None:
    await exchange.answer(fault.status, fault.body, fault.kind, fault.headers.items())


HAPPENINGS = {
    "hang": _hang,
    "reset": _reset,
    "cut": _cut,
    "garbage": _garbage,
    "drip": _drip,
    "endless": _endless,
    "bomb": _bomb,
    "status": _status,
}


async def happen_midstream(fault: Fault, exchange: Exchange) -> None:
    """What ends a stream before its time. An error event is the stream's own to send."""
    if fault.what == "stream-hang":
        await exchange.hang(fault.seconds)
    elif fault.what == "stream-reset":
        exchange.reset()
    elif fault.what == "stream-cut":
        exchange.cut()
    raise Gone
