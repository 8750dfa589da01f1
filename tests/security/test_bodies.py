"""Bodies are limited for whoever sends them, and on every path."""

import asyncio

import pytest

from config import asgi, pages
from config.pages import MEMORY_BYTES, Pages
from tests.loops import run

LIMIT = 200_000


def answer_ok(_environ, start_response):
    start_response("200 OK", [])
    return Ok([b"ok"])


class Ok(list):
    def close(self) -> None:
        pass


@pytest.fixture
def bridge(tmp_path):
    return Pages(answer_ok, threads=1, max_body_bytes=LIMIT, spool_dir=tmp_path)


def scope(path: str = "/") -> dict:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "method": "POST",
        "http_version": "1.1",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "client": ("192.0.2.7", 4711),
    }


class Sender:
    """Sends `chunks` of `size` bytes, and then the end, or nothing any more."""

    def __init__(self, chunks: int, size: int = MEMORY_BYTES, *, ends: bool = True):
        self.left, self.size, self.ends = chunks, size, ends
        self.taken = 0
        self.answer: list[dict] = []

    async def receive(self) -> dict:
        if self.left:
            self.left -= 1
            self.taken += self.size
            return {"type": "http.request", "body": bytes(self.size), "more_body": True}
        if not self.ends:
            await asyncio.sleep(60)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: dict) -> None:
        self.answer.append(message)

    @property
    def status(self) -> int:
        return self.answer[0]["status"]


def test_silence_in_the_middle_of_a_body_ends_the_request(bridge, monkeypatch):
    monkeypatch.setattr(pages, "SILENCE_SECONDS", 0.05)
    monkeypatch.setattr(pages, "LINGER_SECONDS", 0.05)
    sender = Sender(1, ends=False)

    run(bridge(scope(), sender.receive, sender.send))

    assert sender.status == 408


async def _while_others_hold(bridge, sender: Sender) -> None:
    """The sender's request while two others lie on disk unfinished."""
    others = [Sender(3, ends=False) for _ in range(2)]
    held = [asyncio.create_task(bridge(scope(), o.receive, o.send)) for o in others]
    await asyncio.sleep(0.05)
    await bridge(scope(), sender.receive, sender.send)
    for task in held:
        task.cancel()
    await asyncio.gather(*held, return_exceptions=True)


def test_bodies_together_fill_no_more_than_a_part_of_the_disk(bridge, monkeypatch):
    monkeypatch.setattr(pages, "BODIES_AT_ONCE", 1)
    sender = Sender(3)

    run(_while_others_hold(bridge, sender))

    assert sender.status == 503
    assert bridge.bytes_held == 0


def test_small_requests_are_answered_while_uploads_fill_their_share(bridge, monkeypatch):
    monkeypatch.setattr(pages, "BODIES_AT_ONCE", 1)
    sender = Sender(1, size=1000)

    run(_while_others_hold(bridge, sender))

    assert sender.status == 200


def test_stream_takes_no_body():
    messages = [
        {"type": "http.request", "body": bytes(MEMORY_BYTES), "more_body": True},
        {"type": "http.request", "body": b"end", "more_body": False},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict:
        return messages.pop(0)

    async def all_that_comes() -> list[dict]:
        bodiless = asgi.without_body(receive)
        return [await bodiless(), await bodiless()]

    assert run(all_that_comes()) == [
        {"type": "http.request", "body": b"", "more_body": False},
        {"type": "http.disconnect"},
    ]
