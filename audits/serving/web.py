import asyncio
import contextlib
import http.client
import os
import resource
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn

from audits.live import hub
from audits.serving.connections import Connection
from audits.serving.processes import Child

GRACE_SECONDS = 2
# For the last words of streams.
FLUSH_SECONDS = 0.3
# Longer than the proxies before us keep theirs (nginx: 60 s), or one sends a request into a
# connection that is being closed here.
IDLE_SECONDS = 65
OPEN_FILES = 16_384
READY, CLOSED = b"R", b"."


class WebProcess(Child):
    """A web process as its parent sees it: over a channel it is given connections, and tells
    when it is ready and when one of them is closed."""

    channel: socket.socket

    def __init__(self, application: Callable) -> None:
        super().__init__("A web process", "web", self._serve)
        self.application = application
        self.is_ready = False
        self.connections = 0

    def start(self, *, keep: int | None = None) -> None:
        self.is_ready = False
        self.connections = 0
        self.channel, self.far_end = socket.socketpair()
        self.channel.setblocking(False)
        super().start(keep=self.far_end.fileno())
        self.far_end.close()

    def _serve(self) -> None:
        Web(self.application, self.far_end).serve_until_stopped()

    def listen(self) -> bool:
        """Hear what it tells; False when it is gone."""
        try:
            told = self.channel.recv(4096)
        except ConnectionError:
            told = b""
        self.is_ready = bool(told) and (self.is_ready or READY in told)
        self.connections -= told.count(CLOSED)
        return bool(told)

    def take(self, connection: socket.socket) -> bool:
        """Hand the connection over; False when the process cannot take it."""
        try:
            socket.send_fds(self.channel, [b"c"], [connection.fileno()])
        except OSError:
            return False
        self.connections += 1
        return True


class Web(uvicorn.Server):
    """The web server of one process, on connections that its parent accepts."""

    def __init__(self, application: Callable, channel: socket.socket) -> None:
        trusted = os.environ.get("FORWARDED_ALLOW_IPS", "")
        config = uvicorn.Config(
            application,
            http=Connection,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            # X-Forwarded-For of a stranger would get round the rate limits.
            proxy_headers=bool(trusted),
            forwarded_allow_ips=trusted,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        super().__init__(config)
        self.channel = channel
        self.untold = 0
        self.adopting: set[asyncio.Task] = set()

    def serve_until_stopped(self) -> None:
        # uvicorn raises a signal again when it has stopped; by then it has done its work.
        signal.signal(signal.SIGTERM, lambda *_: None)
        _allow_many_files()
        self.channel.setblocking(False)
        self.run()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.servers = []
        asyncio.get_running_loop().add_reader(self.channel, self._take)
        ours, theirs = socket.socketpair()
        self._adopt(theirs, lambda: None)
        threading.Thread(target=self._answer_first, args=[ours], daemon=True).start()
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().remove_reader(self.channel)
        # Streams would stay for ever; whoever looks on comes back, to the process that follows.
        streams = asyncio.create_task(self._end_streams())
        await super().shutdown(sockets)
        await streams

    async def _end_streams(self) -> None:
        hub.stop_all()
        await asyncio.sleep(FLUSH_SECONDS)
        connections: list[Any] = list(self.server_state.connections)
        for connection in connections:
            if (connection.scope or {}).get("path", "").startswith("/live/"):
                connection.transport.abort()  # it reads nothing any more

    def _take(self) -> None:
        try:
            sent, files, _, _ = socket.recv_fds(self.channel, 1, 1)
        except BlockingIOError:
            return
        if not sent:  # the parent is gone, and takes us along
            asyncio.get_running_loop().remove_reader(self.channel)
        for file in files:
            self._adopt(socket.socket(fileno=file), self._tell_closed)
        if sent and not files:  # there was no room for it in the table of open files
            self._tell_closed()

    def _adopt(self, connection: socket.socket, on_lost: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        connection.setblocking(False)
        protocol = partial(
            Connection, self.config, self.server_state, {}, _loop=loop, on_lost=on_lost
        )
        task = loop.create_task(loop.connect_accepted_socket(protocol, connection))
        self.adopting.add(task)
        task.add_done_callback(self.adopting.discard)

    def _tell_closed(self) -> None:
        self.untold += 1
        with contextlib.suppress(OSError):  # said the next time
            self.untold -= self.channel.send(CLOSED * self.untold)

    def _answer_first(self, connection: socket.socket) -> None:
        """Answer a request before any of others comes, and then tell that we are ready."""
        client = http.client.HTTPConnection("localhost")
        client.sock = connection
        client.request("GET", "/health/live")
        client.getresponse().read()
        client.close()
        self.channel.send(READY)


def _allow_many_files() -> None:
    """A stream is an open file, and 1,024 of them are what most systems begin with."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def reachable(listener: socket.socket) -> tuple[str, int]:
    """An address at which the listener answers on this machine."""
    host, port = listener.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104  # nosec B104


def url_of(listener: socket.socket) -> str:
    host, port = reachable(listener)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
