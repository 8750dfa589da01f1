import asyncio
import threading
import time

import pytest

from config.pages import MEMORY_BYTES, Pages
from tests.loops import run

LIMIT = 2 * 1024 * 1024


def serve(application, tmp_path):
    return Pages(application, threads=1, max_body_bytes=LIMIT, spool_dir=tmp_path)


def request(pages, *chunks: bytes, headers=(), path="/", query=b""):
    """One request through the bridge: the status and the body of the answer."""
    return run(_request(pages, chunks, headers, path, query))


async def _request(pages, chunks, headers, path, query):
    parts = list(chunks) or [b""]
    messages = [
        {"type": "http.request", "body": part, "more_body": index + 1 < len(parts)}
        for index, part in enumerate(parts)
    ]
    sent = []

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "http_version": "1.1",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": list(headers),
        "server": ("127.0.0.1", 8000),
        "client": ("192.0.2.7", 4711),
    }
    await pages(scope, receive, send)
    if not sent:
        return None
    return sent[0]["status"], b"".join(message["body"] for message in sent[1:])


class Answer(list):
    """A WSGI response, which the server must close."""

    closed = False

    def close(self):
        self.closed = True


def echo(*names):
    """An application that answers the named variables of its environment."""

    def application(environ, start_response):
        start_response("200 OK", [])
        return Answer([repr(environ.get(name)).encode() for name in names])

    return application


def count(environ, start_response):
    body = environ["wsgi.input"]
    length = sum(len(part) for part in iter(lambda: body.read(10_000), b""))
    start_response("200 OK", [])
    return Answer([f"{length} {environ['CONTENT_LENGTH']} {body._rolled}".encode()])


def test_small_body_stays_in_memory(tmp_path):
    assert request(serve(count, tmp_path), b"abc", b"de") == (200, b"5 5 False")


def test_large_body_is_read_from_disk(tmp_path):
    chunks = [bytes(MEMORY_BYTES)] * 20
    length = 20 * MEMORY_BYTES
    assert request(serve(count, tmp_path), *chunks) == (200, f"{length} {length} True".encode())


def test_declared_length_above_the_limit_is_refused_before_the_body(tmp_path):
    headers = [(b"content-length", str(LIMIT + 1).encode())]
    status, text = request(serve(count, tmp_path), headers=headers)
    assert (status, text) == (413, b"The request is larger than 2 MB, which is the limit here.\n")


def test_undeclared_length_above_the_limit_is_refused(tmp_path):
    chunks = [bytes(MEMORY_BYTES)] * (LIMIT // MEMORY_BYTES + 1)
    assert request(serve(count, tmp_path), *chunks)[0] == 413


def test_sender_who_leaves_half_way_gets_no_answer(tmp_path):
    async def leave():
        async def receive():
            return {"type": "http.disconnect"}

        await serve(count, tmp_path)({"headers": []}, receive, None)

    run(leave())


def test_slow_sender_holds_no_thread(tmp_path):
    pages = serve(echo("PATH_INFO"), tmp_path)

    async def both():
        async def never():
            await asyncio.sleep(60)

        slow = asyncio.create_task(pages({"headers": []}, never, None))
        await asyncio.sleep(0.01)
        answer = await _request(pages, [], [], "/quick", b"")
        slow.cancel()
        return answer

    assert run(both()) == (200, b"'/quick'")


def test_underscores_in_a_header_do_not_pass_for_hyphens(tmp_path):
    pages = serve(echo("HTTP_X_FORWARDED_PROTO"), tmp_path)
    assert request(pages, headers=[(b"x_forwarded_proto", b"https")]) == (200, b"None")


@pytest.mark.parametrize(
    ("name", "headers", "value"),
    [
        ("HTTP_COOKIE", [(b"cookie", b"a=1"), (b"cookie", b"b=2")], b"'a=1; b=2'"),
        ("HTTP_ACCEPT", [(b"accept", b"x"), (b"accept", b"y")], b"'x,y'"),
        ("CONTENT_TYPE", [(b"content-type", b"text/plain")], b"'text/plain'"),
        ("REMOTE_ADDR", [], b"'192.0.2.7'"),
    ],
)
def test_request_becomes_the_environment(tmp_path, name, headers, value):
    assert request(serve(echo(name), tmp_path), headers=headers) == (200, value)


def test_bytes_that_are_no_text_reach_the_application(tmp_path):
    pages = serve(echo("PATH_INFO", "QUERY_STRING"), tmp_path)
    answer = request(pages, path="/caf%E9", query="q=é".encode())
    assert answer == (200, b"'/caf\xc3\xa9''q=\xc3\x83\xc2\xa9'")


def test_page_is_made_and_closed_in_one_thread(tmp_path):
    threads = []

    class Page(Answer):
        def close(self):
            threads.append(threading.current_thread().name)

    def application(environ, start_response):
        threads.append(threading.current_thread().name)
        start_response("200 OK", [])
        return Page([b"page"])

    request(serve(application, tmp_path))
    assert len(set(threads)) == 1
    assert len(threads) == 2


def test_file_is_sent_in_pieces_and_closed(tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(bytes(3 * MEMORY_BYTES + 1))
    file = path.open("rb")

    def application(environ, start_response):
        start_response("200 OK", [])
        return environ["wsgi.file_wrapper"](file, 4096)

    assert request(serve(application, tmp_path)) == (200, bytes(3 * MEMORY_BYTES + 1))
    assert file.closed


def test_slow_application_leaves_the_loop_free(tmp_path):
    turned = threading.Event()

    def application(environ, start_response):
        turned.wait(60)
        start_response("200 OK", [])
        return Answer([b"at last"])

    async def watch():
        task = asyncio.create_task(_request(serve(application, tmp_path), [], [], "/", b""))
        turns = 0
        while not task.done():
            await asyncio.sleep(0.01)
            turns += 1
            if turns == 6:
                turned.set()
        return turns

    assert run(watch()) > 5


@pytest.fixture
def at_once():
    """An application whose pages are quick, or take until a quick one has begun; and how many
    were made at once at each beginning of one."""
    running, most, quick = [], [], threading.Event()

    def application(environ, start_response):
        running.append(1)
        most.append(len(running))
        if environ["PATH_INFO"] == "/quick":
            quick.set()
            time.sleep(0.001)
        else:
            quick.wait(60)
        running.pop()
        start_response("200 OK", [])
        return Answer([b"page"])

    application.most = most
    return application


def ask_at_once(application, tmp_path, *paths):
    pages = Pages(application, threads=4, max_body_bytes=LIMIT, spool_dir=tmp_path)

    async def ask():
        await asyncio.gather(*(_request(pages, [], [], path, b"") for path in paths))

    run(ask())


def test_quick_pages_are_made_one_after_the_other(tmp_path, at_once, monkeypatch):
    # However long the machine is busy with something else in between.
    monkeypatch.setattr("config.pages.TURN_SECONDS", 30)
    ask_at_once(at_once, tmp_path, *["/quick"] * 6)
    assert at_once.most == [1] * 6


def test_slow_page_lets_the_next_begin(tmp_path, at_once):
    ask_at_once(at_once, tmp_path, "/slow", "/slow", "/quick")
    assert at_once.most == [1, 2, 3]
