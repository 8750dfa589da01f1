"""Pages come from several processes, which share a port, a database and the rate limits."""

import contextlib
import http.client
import re
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.serve.served import wait_for

pytestmark = pytest.mark.slow


def connect(served) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=30)


def sockets_of(pid: int) -> int:
    return sum(link.readlink().name.startswith("socket:") for link in links_of(pid))


def links_of(pid: int) -> list[Path]:
    return list(Path(f"/proc/{pid}/fd").iterdir())


def test_connections_are_shared_out_evenly(running):
    wait_for(lambda: len(running.webs()) == 2, 5)
    before = {pid: sockets_of(pid) for pid in running.webs()}
    with contextlib.ExitStack() as stack:
        for _ in range(6):
            connection = stack.enter_context(contextlib.closing(connect(running)))
            connection.request("GET", "/health/live")
            connection.getresponse().read()
        grown = [sockets_of(pid) - count for pid, count in before.items()]
    assert sorted(grown) == [3, 3]


def test_closed_connections_make_room_for_others(running):
    for _ in range(5):
        test_connections_are_shared_out_evenly(running)


def test_the_parent_takes_no_part_in_pages(running):
    assert len(list(Path(f"/proc/{running.process.pid}/task").iterdir())) == 1


def test_guesses_are_counted_over_all_processes(running):
    statuses = [guess(running, number) for number in range(31)]
    assert statuses == [200] * 30 + [429]


def guess(served, number: int) -> int:
    """One wrong sign-in over a connection of its own, so that the processes take turns."""
    page = connect(served)
    page.request("GET", "/account/login/")
    answer = page.getresponse()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', answer.read().decode()).group(1)
    form = {"login": f"nobody-{number}@harbour.example", "password": "wrong"}
    headers = {
        "Cookie": answer.getheader("Set-Cookie").partition(";")[0],
        "Content-Type": "application/x-www-form-urlencoded",
    }
    page.close()
    attempt = connect(served)
    body = urlencode(form | {"csrfmiddlewaretoken": token})
    attempt.request("POST", "/account/login/", body, headers)
    status = attempt.getresponse().status
    attempt.close()
    return status
