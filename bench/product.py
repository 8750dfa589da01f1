"""The product as shipped, with people signed in to it."""

import os
import sys

from bench.forms import fields
from bench.ground import Ground
from bench.http import COOKIE, Answer, Connection, request
from bench.processes import Process

READY = "Ready: http://127.0.0.1:"


class Product:
    """`manage.py serve` on a free port."""

    def __init__(self, ground: Ground, **environment: str) -> None:
        self.ground = ground
        self.process = Process(
            [sys.executable, "manage.py", "serve", "--with-parent", str(os.getpid())],
            ground.environment | environment,
            ground.folder / "serve.log",
        )
        self.seconds_to_answer = self.process.wait_for(lambda: READY in self.text)
        self.port = int(self.text.partition(READY)[2].split()[0])
        self.cookies: list[dict[str, str]] = []

    @property
    def text(self) -> str:
        return self.process.log.read_text()

    @property
    def headers(self) -> list[str]:
        """Those of htmx."""
        origin = f"http://127.0.0.1:{self.port}"
        return ["HX-Request: true", f"HX-Current-URL: {origin}/", f"Origin: {origin}"]

    def wait_for_worker(self) -> float:
        """The seconds from the start until worker and scheduler have reported."""
        return self.process.wait_for(lambda: self.send("GET", "/health/ready").status == 200)

    def sign_in(self, addresses: list[str], password: str) -> None:
        """As people do, on the page for it; their cookies are kept for what follows."""
        for address in addresses:
            page = self.send("GET", "/account/login/", cookies={})
            cookies = _cookies(page)
            form = fields(page.body.decode()) | {"login": address, "password": password}
            answer = self.send("POST", "/account/login/", cookies=cookies, form=form)
            if answer.status != 302:
                raise RuntimeError(f"{address} was not let in: {answer.status}")
            self.cookies.append(cookies | _cookies(answer))

    def send(self, method: str, path: str, *, cookies=None, form=None, headers=()) -> Answer:
        """One request on a connection of its own; by the first person, unless told."""
        if cookies is None:
            cookies = self.cookies[0] if self.cookies else {}
        connection = Connection(self.port)
        try:
            return connection.send(
                request(method, path, cookies=cookies, form=form, headers=headers, port=self.port)
            )
        finally:
            connection.close()

    def page(self, path: str, person: int = 0) -> str:
        answer = self.send("GET", path, cookies=self.cookies[person])
        if answer.status != 200:
            raise RuntimeError(f"{path} answers {answer.status} {answer.location}")
        return answer.body.decode()


def _cookies(answer: Answer) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in COOKIE.findall(answer.head)}
