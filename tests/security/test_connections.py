"""What a stranger may hold of this machine by sending too much, or too slowly."""

import asyncio

import pytest
import uvicorn
from uvicorn.server import ServerState

from audits.serving import connections
from audits.serving.connections import HEAD_BYTES, Connection
from tests.loops import run

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"


async def application(_scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


def talk(*parts: bytes) -> bytes:
    """Send the parts one by one; what came back until the server closed or said nothing more."""
    return run(_talk(parts))


async def _talk(parts: tuple[bytes, ...]) -> bytes:
    config = uvicorn.Config(application, http=Connection, log_config=None, ws="none")
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(config, state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    came = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.02)
        async with asyncio.timeout(10):
            came = await reader.read(100_000)
    except (ConnectionError, TimeoutError):
        came = came or b"silence"
    writer.close()
    server.close()
    return came


@pytest.mark.parametrize(
    "endless",
    [b"X: " + b"a" * HEAD_BYTES, b"X: a\r\n" * (HEAD_BYTES // 6 + 1)],
    ids=["one header", "many headers"],
)
def test_head_without_an_end_is_refused(endless):
    came = talk(GET, endless)

    assert came.startswith(b"HTTP/1.1 400")
    assert b"The head of a request ends at 65536 bytes here." in came


def test_large_body_is_no_head():
    came = talk(POST % 2_000_000 + b"a" * 1_000_000, b"a" * 1_000_000)

    assert came.startswith(b"HTTP/1.1 200")


def test_head_behind_a_large_body_is_measured_by_itself():
    came = talk(POST % 1_000_000 + b"a" * 1_000_000 + GET, b"\r\n")

    assert came.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("begun", [b"", GET], ids=["nothing", "half a head"])
def test_connection_that_sends_no_whole_head_is_closed(monkeypatch, begun):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)

    assert talk(begun) == b""


def test_second_head_on_a_connection_is_waited_for_no_longer(monkeypatch):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 1)

    async def two_heads() -> bytes:
        return await _talk((GET + b"\r\n", GET))

    assert run(two_heads()).count(b"HTTP/1.1 200") == 1
