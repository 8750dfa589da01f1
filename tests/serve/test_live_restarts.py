"""Streams when their server ends, dies, or has no room."""

import contextlib
import socket
import time

import pytest

from tests.serve.acting import Actor
from tests.serve.served import SLOWNESS, wait_for
from tests.serve.streaming import Stream, get


@pytest.fixture
def actor(installation):
    actor = Actor(installation)
    yield actor
    actor.close()


def hold(port: str) -> contextlib.closing:
    """Until it is closed nobody is given this port by chance; who asks for it gets it."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", int(port)))
    return contextlib.closing(held)


def begin(serve, **environment):
    served = serve(**environment)
    served.wait_until_ready()
    return served


def look(served, staged, number=1, last="") -> Stream:
    path = f"/live/audits/{staged['audit']}/"
    stream = Stream(served.url, path, staged["sessions"][number], last)
    assert stream.status == 200
    return stream


def test_restart_waits_for_no_stream_and_whoever_looks_comes_back(serve, actor):
    first = begin(serve)
    # The end of a worker that has not begun yet is told otherwise.
    wait_for(lambda: first.get("/health/ready")[0] == 200, 60)
    staged = actor.do("stage", 2)
    stream = look(first, staged)
    stream.next("hello")
    actor.do("write", staged["audit"], staged["users"][:1], 1)
    seen = stream.next("changes").number
    port = first.url.rpartition(":")[2]

    _, seconds = first.stop()
    with hold(port):
        assert stream.next("changes") is None
        actor.do("write", staged["audit"], staged["users"][:1], 1)
        again = begin(serve, PORT=port)

    stream = look(again, staged, last=seen)
    assert stream.next("changes").data["events"][0]["number"] == seen + 1
    assert seconds < 6 * SLOWNESS
    assert first.tracebacks == []


def test_killed_server_leaves_nobody_behind_for_long(serve, actor):
    first = begin(serve)
    staged = actor.do("stage", 3)
    stream = look(first, staged)
    stream.next("presence")
    first.kill()
    again = begin(serve)

    stream = look(again, staged, 2)

    deadline = time.monotonic() + 150
    while "Person 1" in stream.next("presence", within=150).data["html"]:
        assert time.monotonic() < deadline


def test_full_house_says_when_to_come_again(serve, actor):
    full = begin(serve, STREAMS_MAX="1", WEB_PROCESSES="1")
    staged = actor.do("stage", 2)
    seated = look(full, staged)
    seated.next("presence")

    refused = Stream(full.url, f"/live/audits/{staged['audit']}/", staged["sessions"][1])

    assert refused.status == 503
    assert int(refused.headers["Retry-After"]) >= 10
    assert get(full.url, f"/audits/{staged['audit']}/", staged["sessions"][1])[0] == 200
