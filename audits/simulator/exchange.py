"""One request and its answer, as handlers see them."""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

LABEL = "x-simulated-by"
LABEL_VALUE = "Countersign's simulator: nothing here is real"
JSON = "application/json"


class Gone(Exception):
    """The client left before its answer was over."""


@dataclass
class Seen:
    """A request that came. Times are time.monotonic(); `ended_at` is when its answer was over or
    the client had left, `left` says which. `port` is the client's, one for each socket."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    port: int
    at: float = field(default_factory=time.monotonic)
    body: bytes = b""
    status: int = 0
    ended_at: float = 0.0
    left: bool = False
    # When each kind of event of a stream was first sent.
    marks: dict[str, float] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"null")

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")

    def values(self, name: str) -> list[str]:
        """All values of a parameter, written `name` or `name[]`."""
        return [value for key, value in self.query if key in (name, f"{name}[]")]

    def value(self, name: str, default: str = "") -> str:
        return next(iter(self.values(name)), default)


class Exchange:
    """What a handler is given: the request as `seen`, and the ways to answer it."""

    def __init__(self, scope: dict[str, Any], receive: Callable, send: Callable) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self.seen = Seen(
            scope["method"],
            scope["path"],
            parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True),
            {name.decode(): value.decode("latin-1") for name, value in scope["headers"]},
            scope["client"][1],
        )
        # Of every answer, as request-id is.
        self.headers: dict[str, str] = {LABEL: LABEL_VALUE}

    async def read(self, most: int) -> bool:
        """Take the body in; False when it is larger than `most`."""
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Gone
            part = message.get("body", b"")
            size += len(part)
            if size > most:
                return False
            parts.append(part)
            if not message.get("more_body"):
                self.seen.body = b"".join(parts)
                return True

    async def begin(self, status: int, headers: Iterable[tuple[str, str]] = ()) -> None:
        self.seen.status = status
        pairs = [*self.headers.items(), *headers]
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in pairs]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def send(self, part: bytes) -> None:
        await self._send({"type": "http.response.body", "body": part, "more_body": True})
        if self.scope["transport"].is_closing():
            raise Gone

    async def end(self) -> None:
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def answer(
        self,
        status: int,
        body: bytes | str,
        kind: str = JSON,
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        """A whole answer. `kind` is its content type."""
        raw = body.encode() if isinstance(body, str) else body
        about = [("content-type", kind), ("content-length", str(len(raw)))]
        await self.begin(status, [*about, *headers])
        await self._send({"type": "http.response.body", "body": raw, "more_body": False})

    async def json(self, status: int, value: Any, headers: Iterable[tuple[str, str]] = ()) -> None:
        await self.answer(status, json.dumps(value, ensure_ascii=False), JSON, headers)

    def write_raw(self, data: bytes) -> None:
        """Bytes as they are, past HTTP."""
        self.scope["transport"].write(data)

    def cut(self) -> None:
        """Close without an end: a truncated answer."""
        self.scope["transport"].close()

    def reset(self) -> None:
        """Close by RST."""
        transport = self.scope["transport"]
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        transport.abort()

    async def hang(self, seconds: float | None = None) -> None:
        """Say nothing for so long, or until the client leaves. Raises Gone when it does."""
        try:
            async with asyncio.timeout(seconds):
                while (await self._receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            return
        raise Gone
