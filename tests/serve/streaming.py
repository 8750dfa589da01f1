"""Readers of streams, on plain sockets."""

import contextlib
import http.client
import json
import re
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

ROW = re.compile(r'id="row-(\d+)" data-row data-version="(\d+)" data-state="(\w+)"')


@dataclass
class Message:
    event: str
    data: dict | None
    number: int | None


class Stream:
    """One connection; it ends at `close`, or when the server ends it."""

    def __init__(self, url: str, path: str, session: str = "", last: object = "") -> None:
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)
        headers = {"Cookie": f"sessionid={session}", "Accept": "text/event-stream"}
        if last != "":
            headers["Last-Event-ID"] = str(last)
        self.connection.request("GET", path, headers=headers)
        self.socket = self.connection.sock
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.headers = self.response.headers

    def next(self, *events: str, within: float = 60) -> Message | None:
        """The next message, or the next of these kinds; None when the stream has ended."""
        deadline = time.monotonic() + within
        while True:
            message = self._read(deadline)
            if message is None or not events or message.event in events:
                return message

    def _read(self, deadline: float) -> Message | None:
        event, data, number, seen = "message", None, None, False
        while True:
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            line = self.response.readline().decode()
            if not line:
                return None
            name, _, value = line.rstrip("\n").partition(": ")
            if name == "event":
                event, seen = value, True
            elif name == "data":
                data = json.loads(value)
            elif name == "id":
                number = int(value)
            elif name == "" and seen:
                return Message(event, data, number)

    def shut(self) -> None:
        """Break it off, be it while another thread reads."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.shut()
        self.response.close()
        self.connection.close()


def get(url: str, path: str, session: str) -> tuple[int, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)
    connection.request("GET", path, headers={"Cookie": f"sessionid={session}"})
    response = connection.getresponse()
    return response.status, response.read().decode()


def rows_of(html: str) -> dict[str, list]:
    """Answer -> the state and the version that its row shows."""
    return {pk: [state, int(version)] for pk, version, state in ROW.findall(html)}
