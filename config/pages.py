"""Serve a WSGI application from an ASGI server, in threads.

docs/decisions/0001 and 0006 say why, and what it costs.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import unquote_to_bytes
from wsgiref.util import FileWrapper

MEMORY_BYTES = 64 * 1024
# Strangers may send bodies too, and what they fill is the disk with the database.
BODIES_AT_ONCE = 16
SILENCE_SECONDS = 30
LINGER_SECONDS = 10
# Longer than almost every page takes.
TURN_SECONDS = 0.05

Message = dict[str, Any]
Head = tuple[int, list[tuple[bytes, bytes]]]


@dataclass(frozen=True)
class Begun:
    """A stream: how it begins, and what follows for as long as the client listens."""

    head: bytes
    follow: Callable[[], AsyncGenerator[bytes, None]]
    leave: Callable[[], None]


class Refusal(Exception):
    """A body that is not taken: an HTTP status, and a sentence for the sender."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Pages:
    """An ASGI application that answers HTTP with `application`, a WSGI one.

    A body is collected before a thread is taken, so that a slow sender holds none, and
    on disk in `spool_dir` beyond 64 KB. Above `max_body_bytes` the answer is 413, after
    half a minute of silence 408, and 503 while sixteen of the largest lie on disk already.

    Pages are made one after the other, since two that compute at once in one Python hinder each
    other, and hold the lock of the database for longer. One that takes its time lets the next
    begin, up to the number of `threads`.
    """

    def __init__(
        self,
        application: Callable[..., Any],
        *,
        threads: int,
        max_body_bytes: int,
        spool_dir: Path,
    ) -> None:
        self.application = application
        self.max_body_bytes = max_body_bytes
        self.spool_dir = spool_dir
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="page")
        self.bytes_held = 0
        self.turn = asyncio.Semaphore(1)

    async def __call__(self, scope: Message, receive: Callable, send: Callable) -> None:
        with SpooledTemporaryFile(MEMORY_BYTES, "w+b", dir=str(self.spool_dir)) as body:
            try:
                self._check_length(_declared_length(scope))
                await self._collect(receive, body)
                length = body.tell()
                body.seek(0)
                await self._answer(environ(scope, body, length), receive, send)
            except Refusal as refusal:
                await self._refuse(refusal, receive, send)
            except ConnectionResetError:
                return
            finally:
                self.bytes_held -= body.seek(0, os.SEEK_END)

    async def _collect(self, receive: Callable, body: IO[bytes]) -> None:
        more = True
        while more:
            message = await self._next(receive)
            chunk = message.get("body", b"")
            self._check_length(body.tell() + len(chunk))
            body.write(chunk)
            self.bytes_held += len(chunk)
            more = message.get("more_body", False)

    async def _next(self, receive: Callable) -> Message:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                message: Message = await receive()
        except TimeoutError:
            raise Refusal(408, "The rest of the request did not come.") from None
        if message["type"] == "http.disconnect":
            raise ConnectionResetError
        return message

    def _check_length(self, length: int) -> None:
        if length > self.max_body_bytes:
            limit = self.max_body_bytes // (1024 * 1024)
            raise Refusal(413, f"The request is larger than {limit} MB, which is the limit here.")
        if length > MEMORY_BYTES and self.bytes_held > BODIES_AT_ONCE * self.max_body_bytes:
            raise Refusal(503, "Too much is being uploaded at the moment. Try again in a minute.")

    async def _refuse(self, refusal: Refusal, receive: Callable, send: Callable) -> None:
        text = f"{refusal}\n".encode()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(text)).encode()),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await send({"type": "http.response.body", "body": text, "more_body": True})
        # A connection that is closed on a sender in mid-sentence is reset, and the browser
        # shows that instead of the answer: listen on for a while, and throw it away.
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while (await receive()).get("more_body"):
                    pass
        except TimeoutError:
            pass
        await send({"type": "http.response.body", "body": b""})

    async def _answer(self, environment: Message, receive: Callable, send: Callable) -> None:
        in_thread = asyncio.get_running_loop().run_in_executor
        async with self._turn():
            (status, headers), content = await in_thread(self.pool, self._call, environment)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if isinstance(content, Begun):
            await keep_open(content, receive, send)
            return
        if isinstance(content, bytes):
            await send({"type": "http.response.body", "body": content})
            return
        chunks = iter(content)
        try:
            # A slow reader holds a thread only while the next chunk is made.
            while (chunk := await in_thread(self.pool, next, chunks, None)) is not None:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await in_thread(self.pool, content.close)  # type: ignore[attr-defined]

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for the turn to compute; it passes on at the end, or after TURN_SECONDS."""
        await self.turn.acquire()
        passed = False

        def pass_on() -> None:
            nonlocal passed
            if not passed:
                passed = True
                self.turn.release()

        timer = asyncio.get_running_loop().call_later(TURN_SECONDS, pass_on)
        try:
            yield
        finally:
            timer.cancel()
            pass_on()

    def _call(self, environment: Message) -> tuple[Head, bytes | Begun | Iterable[bytes]]:
        heads: list[Head] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _fault: Any = None
        ) -> None:
            raw = [(k.lower().encode("latin1"), v.encode("latin1")) for k, v in headers]
            heads.append((int(status[:3]), raw))

        response = self.application(environment, start_response)
        if follow := getattr(response, "follow", None):
            with contextlib.closing(response):
                return heads[-1], Begun(b"".join(response), follow, response.leave)
        if isinstance(response, FileWrapper) or getattr(response, "streaming", False):
            return heads[-1], response
        try:
            return heads[-1], b"".join(response)
        finally:
            response.close()


async def keep_open(begun: Begun, receive: Callable, send: Callable) -> None:
    """Send what follows, until it ends or the client leaves. No thread is held meanwhile, and
    nothing of the request."""

    async def until_gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        begun.leave()

    listening = asyncio.create_task(until_gone())
    try:
        await send({"type": "http.response.body", "body": begun.head, "more_body": True})
        async with contextlib.aclosing(begun.follow()) as chunks:
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        listening.cancel()


def environ(scope: Message, body: IO[bytes], length: int) -> Message:
    """The WSGI environment (PEP 3333) of an ASGI request whose body has been collected."""
    server, port = scope.get("server") or ("localhost", 80)
    variables = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin1"),
        "QUERY_STRING": scope["query_string"].decode("latin1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server,
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": lambda file, _block_size=0: FileWrapper(file, MEMORY_BYTES),
    }
    variables.update(_header_variables(scope["headers"]))
    variables["CONTENT_TYPE"] = variables.pop("HTTP_CONTENT_TYPE", "")
    # A chunked body declares no length; its length is known by now.
    variables.pop("HTTP_CONTENT_LENGTH", None)
    variables["CONTENT_LENGTH"] = str(length)
    return variables


def _header_variables(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    variables: dict[str, str] = {}
    for raw_name, raw_value in headers:
        # X_Forwarded_Proto and X-Forwarded-Proto would be one variable, and only the
        # second is what a proxy guards.
        if b"_" in raw_name:
            continue
        name = "HTTP_" + raw_name.decode("latin1").upper().replace("-", "_")
        value = raw_value.decode("latin1")
        joint = "; " if name == "HTTP_COOKIE" else ","
        variables[name] = variables[name] + joint + value if name in variables else value
    return variables


def _declared_length(scope: Message) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value)
    return 0
