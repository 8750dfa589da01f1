"""A real app on loopback whose every answer a test writes, and the tools to look at it with."""

import contextlib
import datetime as dt
import hashlib
import ipaddress
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

from audits.net.door import Door
from audits.probes.base import App, Chat, Check, Finding, Kind, Target
from audits.probes.prices import Prices
from audits.probes.tools import Tools

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)
PRICES = Prices.load(Path(__file__).parents[3] / "fixtures" / "prices.yaml")
TEMPLATE = '{"message": "{{message}}"}'


@dataclass
class Running:
    """`routes` answer a path's requests; `came` are the bodies of what was sent."""

    url: str
    routes: dict[str, Callable[[BaseHTTPRequestHandler, bytes], None]]
    came: list[tuple[str, bytes]] = field(default_factory=list)

    def says(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> None:
        """From now on the path answers that; underscores in header names are hyphens."""
        content = body.encode() if isinstance(body, str) else body

        def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
            reply(handler, status, content, headers)

        self.routes[path] = answer

    def chat(self, answer: Callable[[BaseHTTPRequestHandler, bytes], None]) -> None:
        self.routes["/chat"] = answer


def reply(
    handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", headers: Any = None
) -> None:
    handler.send_response(status)
    for name, value in (headers or {}).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextlib.contextmanager
def an_app() -> Iterator[Running]:
    routes: dict[str, Callable[[BaseHTTPRequestHandler, bytes], None]] = {}
    running = Running("", routes)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0]
            running.came.append((path, body))
            with contextlib.suppress(ConnectionError):
                routes.get(path, lambda handler, _: reply(handler, 404))(self, body)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()


def tools(alerts: dict[str, str] | None = None, door: Any = None) -> Tools:
    """With a door that lets loopback through."""
    return Tools(
        door=door or Door(private=(ipaddress.ip_network("127.0.0.0/8"),)),
        claude=cast(Any, None),
        prices=PRICES,
        fingerprint=lambda key: hashlib.sha256(key.encode()).hexdigest(),
        send_test_alert=lambda: dict(alerts or {}),
    )


def target(kind: Kind = Kind.STAGING, **more: Any) -> Target:
    return Target("Staging", kind, NOW, **more)


def chatting(url: str, template: str = TEMPLATE) -> App:
    return App(chat=Chat(f"{url}/chat", template))


def of(finding: Finding, aspect: str) -> Check:
    """What was said of that aspect; the test fails when nothing was."""
    return next(check for check in finding.checks if check.aspect == aspect)


def verdicts(finding: Finding) -> dict[str, str]:
    return {check.aspect: check.verdict.value for check in finding.checks}
