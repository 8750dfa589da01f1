"""What passes the door, and how it is asked for."""

import gzip
import threading
import time
import zlib
from decimal import Decimal

import pytest

from audits.net.door import DoorFault, Fault, Limits
from tests.audits.net.servers import HERE, PATIENT, answer, serving


def test_an_answer_has_status_headers_body_and_time():
    with serving(answer(b"hello", "404 Not Found", request_id="req_1")) as server:
        got = HERE.request("GET", server.url + "/a?b=c")

    assert (got.status, got.body, got.headers["Request-Id"]) == (404, b"hello", "req_1")
    assert got.url == server.url + "/a?b=c"
    assert Decimal(0) < got.elapsed_ms < 10_000


def test_a_request_says_who_asks_and_nothing_of_its_own_beside():
    with serving(answer()) as server:
        HERE.request("GET", server.url + "/path?q=1", headers={"x-api-key": "k"})

    lines = server.heads[0].decode().lower().split("\r\n")
    assert lines[0] == "get /path?q=1 http/1.1"
    assert sorted(filter(None, lines[1:])) == sorted(
        [
            f"host: 127.0.0.1:{server.port}",
            "x-api-key: k",
            "accept: */*",
            "user-agent: countersign",
            "accept-encoding: gzip, deflate",
            "connection: close",
        ]
    )


def test_a_body_is_sent_with_its_length():
    with serving(answer()) as server:
        HERE.request("POST", server.url, content=b'{"a": 1}')

    assert b"Content-Length: 8" in server.heads[0]
    assert server.bodies == [b'{"a": 1}']


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b"x" * 5000)),
        ("x-gzip", gzip.compress(b"x" * 5000)),
        ("deflate", zlib.compress(b"x" * 5000)),
        ("deflate", zlib.compress(b"x" * 5000)[2:-4]),
        ("identity", b"x" * 5000),
    ],
    # Its own bytes would name it, and gzip's hold the time: two processes would not find the same.
    ids=["gzip", "x-gzip", "deflate", "bare-deflate", "identity"],
)
def test_compressed_answers_are_read(coding, packed):
    with serving(answer(packed, content_encoding=coding)) as server:
        assert HERE.request("GET", server.url).body == b"x" * 5000


def test_the_text_is_read_in_the_charset_that_it_names():
    with serving(
        answer("naïve".encode("latin-1"), content_type="text/plain; charset=latin-1")
    ) as s:
        assert HERE.request("GET", s.url).text == "naïve"


def test_a_text_in_an_unknown_charset_is_read_as_utf_8():
    with serving(answer("naïve".encode(), content_type="text/plain; charset=klingon")) as server:
        assert HERE.request("GET", server.url).text == "naïve"


def test_chunks_of_a_stream_come_with_the_time_of_their_arrival():
    came = threading.Event()

    def talk(connection, head):
        time.sleep(0.1)
        connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n")
        came.wait(60)  # or a machine that stands still would bring both at once
        time.sleep(0.2)
        connection.sendall(b"3\r\ntwo\r\n0\r\n\r\n")

    with serving(talk) as server, HERE.stream("GET", server.url) as stream:
        chunks = stream.chunks()
        first, one = next(chunks)
        came.set()
        [(second, two)] = chunks

    assert (one, two) == (b"one", b"two")
    assert 0.09 < first - stream.started < 10
    assert 0.1 < second - first < 10


def test_a_stream_asks_for_what_is_not_compressed():
    with serving(answer()) as server, HERE.stream("GET", server.url) as stream:
        stream.read()

    assert b"Accept-Encoding: identity" in server.heads[0]


def test_the_time_of_a_stream_starts_when_the_connection_stands():
    def slow(*args, **options):
        time.sleep(0.3)
        return real(*args, **options)

    real = HERE.resolve
    with serving(answer()) as server:
        door = type(HERE)(private=HERE.private, resolve=slow)
        began = time.monotonic()
        with door.stream("GET", f"http://localhost:{server.port}/") as stream:
            list(stream.chunks())

    assert stream.started - began > 0.29


def test_cookies_are_not_kept():
    with serving(answer(set_cookie="session=1; Path=/")) as server:
        HERE.request("GET", server.url)
        HERE.request("GET", server.url)

    assert b"cookie" not in server.heads[1].lower()


def test_neither_proxy_nor_netrc_of_the_environment_is_used(monkeypatch, tmp_path):
    with serving(answer(b"proxy")) as proxy, serving(answer(b"direct")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login ada password secret\n")
        monkeypatch.setenv("NETRC", str(netrc))

        got = HERE.request("GET", server.url)

    assert got.body == b"direct"
    assert b"authorization" not in server.heads[0].lower()


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "get", "GET /\r\n", ""])
def test_other_methods_are_refused(method):
    with pytest.raises(DoorFault) as caught:
        HERE.request(method, "http://127.0.0.1:1/")
    assert caught.value.kind is Fault.REFUSED


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "one\r\nX-B: two"),
        ("X-A", "nul\0"),
        ("X-A", "ключ"),
        ("X-A: x\r\nX-B", "two"),
        ("", "empty"),
        ("Host", "other.example"),
        ("content-length", "0"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "keep-alive"),
    ],
)
def test_headers_that_would_say_something_else_are_refused(name, value):
    with pytest.raises(DoorFault) as caught:
        HERE.request("GET", "http://127.0.0.1:1/", headers={name: value})

    assert caught.value.kind is Fault.REFUSED
    assert value not in str(caught.value)


def test_an_answer_of_exactly_the_limit_passes():
    with serving(answer(b"x" * 10_000)) as server:
        assert len(HERE.request("GET", server.url, limits=PATIENT).body) == 10_000


def test_without_redirects_a_redirect_is_an_answer():
    with serving(answer(b"", "301 Moved", location="/there")) as server:
        got = HERE.request("GET", server.url, limits=Limits(redirects=0))

    assert (got.status, got.headers["location"]) == (301, "/there")


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "rot13", "=\x80", ""])
def test_what_python_alone_takes_for_a_charset_is_read_as_utf_8(charset):
    with serving(answer("naïve".encode(), content_type=f"text/plain; charset={charset}")) as it:
        got = HERE.request("GET", it.url)

    assert got.text == "naïve"
