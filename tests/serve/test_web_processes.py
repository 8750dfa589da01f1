"""Pages come from several processes, which share a port, a database and the rate limits."""

import contextlib
import http.client
import re
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from pathlib import Path
from random import randint
from urllib.parse import urlencode, urlsplit

import pytest

from tests.serve.acting import Actor
from tests.serve.served import target_of, wait_for

pytestmark = pytest.mark.slow


def connect(served, address: str | None = None) -> http.client.HTTPConnection:
    source = (address, 0) if address else None
    return http.client.HTTPConnection(
        urlsplit(served.url).netloc, timeout=120, source_address=source
    )


def sockets_of(pid: int) -> int:
    return sum(target_of(link).startswith("socket:") for link in Path(f"/proc/{pid}/fd").iterdir())


def test_connections_are_shared_out_evenly(house):
    # The second process may be ready a little later than the first; and what was closed here is
    # still to be closed there.
    for _ in range(5):
        wait_for(lambda: shared_out(house, 6) == [3, 3], 10)


def shared_out(served, connections: int) -> list[int]:
    """How many of so many open connections each web process has."""
    before = {pid: sockets_of(pid) for pid in served.webs()}
    with contextlib.ExitStack() as stack:
        for _ in range(connections):
            connection = stack.enter_context(contextlib.closing(connect(served)))
            connection.request("GET", "/health/live")
            connection.getresponse().read()
        grown = [sockets_of(pid) - count for pid, count in before.items()]
    return sorted(grown)


def test_the_parent_takes_no_part_in_pages(house):
    assert len(list(Path(f"/proc/{house.process.pid}/task").iterdir())) == 1


def test_guesses_are_counted_over_all_processes(house):
    # An address of its own, or nobody else could sign in for a minute.
    address = f"127.{randint(1, 254)}.{randint(1, 254)}.{randint(1, 254)}"
    page = (first := Browser(house, address)).ask("GET", "/account/login/")
    statuses = [
        # Each over a new connection, so that the processes take turns.
        # Without a password, which takes long to look at and counts all the same. And of one
        # page: all of them count within a minute alone.
        Browser(house, address, cookies=first.cookies).submit(
            "/account/login/", page, login=f"nobody-{number}@harbour.example", password=""
        )
        for number in range(31)
    ]
    assert statuses == [200] * 30 + [429]


def test_eight_people_write_at_once_and_nobody_meets_a_locked_database(house):
    actor = Actor(house.installation)
    sessions = actor.do("stage", 8)["sessions"]
    actor.close()
    browsers = [Browser(house, session=session) for session in sessions]
    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(change_name_often, browsers))
    assert statuses == [[302] * 25] * 8
    assert "locked" not in house.text


def change_name_often(browser: "Browser") -> list[int]:
    page = browser.ask("GET", "/name/")
    return [browser.submit("/name/", page, name=f"Ada {n}") for n in range(25)]


class Browser:
    """One connection, which is kept, and the cookies."""

    def __init__(self, served, address: str | None = None, cookies=None, session="") -> None:
        self.connection = connect(served, address)
        self.cookies = SimpleCookie({"sessionid": session} if session else cookies or {})

    def submit(self, path: str, page: str, **fields: str) -> int:
        """Send the form of that page; the status."""
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page).group(1)
        self.ask("POST", path, urlencode(fields | {"csrfmiddlewaretoken": token}))
        return self.status

    def ask(self, method: str, path: str, form: str | None = None) -> str:
        headers = {"Cookie": "; ".join(f"{k}={v.value}" for k, v in self.cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, form, headers)
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(cookie)
        self.status = answer.status
        return answer.read().decode()
