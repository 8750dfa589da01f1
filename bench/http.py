"""A lean client on sockets: one keep-alive connection, whole answers, no more than is needed."""

import re
import socket
from typing import NamedTuple
from urllib.parse import urlencode

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
COOKIE = re.compile(rb"\r\nset-cookie: *([^=]+)=([^;\r]*)", re.IGNORECASE)
LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)


class Answer(NamedTuple):
    status: int
    head: bytes
    body: bytes

    @property
    def location(self) -> str:
        found = LOCATION.search(self.head)
        return found[1].decode() if found else ""


def request(
    method: str, path: str, *, cookies: dict[str, str], form=None, headers=(), port: int
) -> bytes:
    """The bytes of a request. `form` is what `urlencode` takes."""
    body = urlencode(form, doseq=True).encode() if form is not None else b""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()),
        *headers,
    ]
    if form is not None:
        lines += ["Content-Type: application/x-www-form-urlencoded"]
        lines += [f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Incoming:
    """The bytes of one answer as they arrive."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.end = self.start = 0

    def feed(self, chunk: bytes) -> bool:
        """Take what has arrived; True when the answer is whole."""
        if not chunk:
            raise ConnectionError(f"closed in mid-answer, after {bytes(self.data[:200])!r}")
        self.data += chunk
        if not self.end and (head := self.data.find(b"\r\n\r\n")) >= 0:
            self.start = head + 4
            length = LENGTH.search(self.data, 0, self.start)
            # 204 and 304 have none; every other answer here says its length.
            self.end = self.start + (int(length[1]) if length else 0)
        return bool(self.end) and len(self.data) >= self.end

    def answer(self) -> Answer:
        head = bytes(self.data[: self.start])
        return Answer(int(head[9:12]), head, bytes(self.data[self.start : self.end]))


class Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> Answer:
        self.socket.sendall(data)
        incoming = Incoming()
        while not incoming.feed(self.socket.recv(262_144)):
            pass
        return incoming.answer()

    def close(self) -> None:
        self.socket.close()
