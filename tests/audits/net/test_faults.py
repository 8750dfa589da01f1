"""Servers that are slow, endless, broken or malicious; none gets more than its time and bytes."""

import gzip
import socket
import struct
import time
import tracemalloc
import zlib

import pytest

from audits.net import resolving
from audits.net.door import Door, DoorFault, Fault, Limits
from tests.audits.net.servers import (
    HERE,
    LOOPBACK,
    PATIENT,
    QUICK,
    answer,
    deaf,
    endlessly,
    full_house,
    hanging,
    nobody,
    saying,
    serving,
)

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
BOMB = gzip.compress(b"\0" * 50_000_000)


def reset(connection, head):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def packed(body, coding):
    return answer(body, content_encoding=coding)


def late(seconds, *parts):
    def talk(connection, head):
        for part in parts:
            time.sleep(seconds)
            connection.sendall(part)

    return talk


BROKEN = {
    "hangs": (hanging, Fault.TIMEOUT),
    "hangs after its head": (late(0, answer(b"")[:-2]), Fault.RESET),
    "drips its head": (endlessly(HEAD + b"a: ", b"x", 0.05), Fault.TIMEOUT),
    "drips its body": (
        endlessly(HEAD + b"content-length: 9999\r\n\r\n", b"x", 0.05),
        Fault.TIMEOUT,
    ),
    "drips chunks": (endlessly(CHUNKED, b"1\r\nx\r\n", 0.05), Fault.TIMEOUT),
    "sends a body without end": (endlessly(HEAD + b"\r\n", b"x" * 4096), Fault.TOO_LARGE),
    "sends chunks without end": (
        endlessly(CHUNKED, b"400\r\n" + b"x" * 1024 + b"\r\n"),
        Fault.TOO_LARGE,
    ),
    "sends headers without end": (endlessly(HEAD, b"a: " + b"x" * 900 + b"\r\n"), Fault.PROTOCOL),
    "sends a header without end": (endlessly(HEAD + b"a: ", b"x" * 4096), Fault.PROTOCOL),
    "sends a status line without end": (endlessly(b"HTTP/1.1 200 ", b"x" * 4096), Fault.PROTOCOL),
    "sends trailers without end": (
        endlessly(CHUNKED + b"0\r\n", b"a: " + b"x" * 900 + b"\r\n"),
        Fault.PROTOCOL,
    ),
    "sends a chunk's extension without end": (
        endlessly(CHUNKED + b"1;", b"x" * 4096),
        Fault.PROTOCOL,
    ),
    "promises a chunk that is too large": (saying(CHUNKED + b"f" * 30 + b"\r\nx"), Fault.PROTOCOL),
    "continues without end": (
        endlessly(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01),
        Fault.TIMEOUT,
    ),
    "promises more than it sends": (
        saying(HEAD + b"content-length: 10\r\n\r\nshort"),
        Fault.RESET,
    ),
    "ends in the midst of a chunk": (saying(CHUNKED + b"a\r\nshort"), Fault.RESET),
    "ends without the last chunk": (saying(CHUNKED + b"5\r\nshort\r\n"), Fault.RESET),
    "ends without an answer": (saying(b""), Fault.RESET),
    "ends in its head": (saying(HEAD + b"a: b"), Fault.RESET),
    "resets": (reset, Fault.RESET),
    "is too large": (saying(answer(b"x" * 10_001)), Fault.TOO_LARGE),
    "has two lengths": (
        saying(HEAD + b"content-length: 1\r\ncontent-length: 2\r\n\r\nxx"),
        Fault.PROTOCOL,
    ),
    "has a length below zero": (saying(HEAD + b"content-length: -1\r\n\r\nxx"), Fault.PROTOCOL),
    "has a chunk size that is no number": (saying(CHUNKED + b"zz\r\nxx\r\n"), Fault.PROTOCOL),
    "has a transfer coding nobody knows": (
        saying(HEAD + b"transfer-encoding: gzip\r\n\r\nx"),
        Fault.PROTOCOL,
    ),
    "is no HTTP": (saying(b"220 mail.example ESMTP\r\n\r\n"), Fault.PROTOCOL),
    "is HTTP/0.9": (saying(b"<html>hello</html>\r\n\r\n"), Fault.PROTOCOL),
    "is a gzip bomb": (saying(packed(BOMB, "gzip")), Fault.TOO_LARGE),
    "is a deflate bomb": (
        saying(packed(zlib.compress(b"\0" * 50_000_000), "deflate")),
        Fault.TOO_LARGE,
    ),
    "is a bomb in a bomb": (saying(packed(gzip.compress(BOMB), "gzip, gzip")), Fault.PROTOCOL),
    "packs as nobody asked": (saying(packed(b"x", "br")), Fault.PROTOCOL),
    "packs what is not packed": (saying(packed(b"plain text", "gzip")), Fault.PROTOCOL),
    "packs deflate that is none": (saying(packed(b"\xff\xff\xff", "deflate")), Fault.PROTOCOL),
    "ends in the midst of gzip": (
        saying(packed(gzip.compress(b"x" * 5000)[:-12], "gzip")),
        Fault.RESET,
    ),
    "sends rubbish after gzip without end": (
        endlessly(HEAD + b"content-encoding: gzip\r\n\r\n" + gzip.compress(b"x"), b"x" * 4096),
        Fault.TOO_LARGE,
    ),
}
# Time enough to connect, wherever it matters that the time was up after that.
SHORT = Limits(connect_s=3.0, total_s=3.0)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_server_that(broken):
    talk, kind = BROKEN[broken]
    limits = QUICK if kind is Fault.TIMEOUT else PATIENT
    with serving(talk) as server:
        began = time.monotonic()
        with pytest.raises(DoorFault) as caught:
            HERE.request("GET", f"{server.url}/?key=s3cret", limits=limits)

    assert caught.value.kind is kind
    assert time.monotonic() - began < 25
    assert "s3cret" not in str(caught.value)


def test_a_bomb_is_never_held_in_memory():
    with serving(saying(packed(BOMB, "gzip"))) as server:
        tracemalloc.start()
        with pytest.raises(DoorFault):
            HERE.request("GET", server.url, limits=Limits(max_bytes=1_000_000))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert peak < 5_000_000


def test_a_server_that_answers_before_it_read_everything_is_heard():
    def talk(connection, head):
        connection.sendall(answer(b"enough", "413 Too Large"))

    with serving(talk, waits=False) as server:
        got = HERE.request("POST", server.url, content=b"x" * 100_000)

    assert got.status == 413


def test_a_server_that_does_not_read_ends_with_the_time():
    with deaf() as port, pytest.raises(DoorFault) as caught:
        HERE.request("POST", f"http://127.0.0.1:{port}/", content=b"x" * 20_000_000, limits=SHORT)

    assert (caught.value.kind, str(caught.value)) == (Fault.TIMEOUT, "did not answer within 3 s")


def test_nobody_at_home():
    with nobody() as port, pytest.raises(DoorFault) as caught:
        HERE.request("GET", f"http://127.0.0.1:{port}/", limits=PATIENT)

    assert caught.value.kind is Fault.CONNECT
    assert str(caught.value) == "could not be connected to: Connection refused"


def test_a_full_house_ends_with_the_time_to_connect():
    with full_house() as port, pytest.raises(DoorFault) as caught:
        HERE.request("GET", f"http://127.0.0.1:{port}/", limits=QUICK)

    assert (caught.value.kind, str(caught.value)) == (
        Fault.TIMEOUT,
        "could not be connected to within 0.5 s",
    )
    assert not caught.value.sent


def test_an_address_that_took_all_of_the_time_leaves_none_for_the_next_and_nothing_was_sent():
    def resolve(host, port, **options):
        return socket.getaddrinfo("127.0.0.1", port) + socket.getaddrinfo("127.0.0.2", port)

    with full_house() as port, pytest.raises(DoorFault) as caught:
        Door(private=LOOPBACK, resolve=resolve).request(
            "GET", f"http://app.example:{port}/", limits=QUICK
        )

    assert (caught.value.kind, caught.value.sent) == (Fault.TIMEOUT, False)


def test_a_server_that_hangs_may_have_got_it():
    with deaf() as port, pytest.raises(DoorFault) as caught:
        HERE.request("GET", f"http://127.0.0.1:{port}/", limits=SHORT)

    assert (caught.value.kind, caught.value.sent) == (Fault.TIMEOUT, True)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            "was not found in DNS: Name",
        ),
        (
            socket.gaierror(socket.EAI_AGAIN, "Temporary failure"),
            "was not found in DNS: Temporary",
        ),
        (UnicodeError("label too long"), "is no name that DNS could know"),
    ],
)
def test_dns_that_fails(error, says):
    def resolve(*args, **options):
        raise error

    with pytest.raises(DoorFault, match=says) as caught:
        Door(resolve=resolve).request("GET", "http://app.example/")
    assert caught.value.kind is Fault.DNS


def test_dns_that_hangs_ends_with_the_time_to_connect():
    began = time.monotonic()
    with pytest.raises(DoorFault, match=r"was not resolved within 0\.5 s") as caught:
        Door(resolve=lambda *a, **o: time.sleep(10)).request(
            "GET", "http://app.example/", limits=QUICK
        )
    assert caught.value.kind is Fault.DNS
    assert time.monotonic() - began < 9


def test_look_ups_that_hang_are_not_gathered_without_end(monkeypatch):
    monkeypatch.setattr(resolving, "_hanging", resolving.threading.BoundedSemaphore(1))
    door = Door(private=LOOPBACK, resolve=lambda *a, **o: time.sleep(10) or [])
    for says in ("was not resolved within", "look-ups hang already"):
        with pytest.raises(DoorFault, match=says):
            door.request("GET", "http://app.example/", limits=QUICK)
