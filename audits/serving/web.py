import http.client
import os
import signal
import socket
import threading
from collections.abc import Callable

import uvicorn

from audits.serving.connections import Connection

GRACE_SECONDS = 2


class Web(uvicorn.Server):
    """The web server, on a socket that listens already.

    `on_ready` is called once, from a thread, when a request has been answered; `on_stop` when
    the server begins to stop, on SIGINT, SIGTERM or SIGHUP.
    """

    def __init__(
        self,
        application: Callable,
        listener: socket.socket,
        *,
        on_ready: Callable[[], None],
        on_stop: Callable[[], None],
    ) -> None:
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
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        super().__init__(config)
        self.listener = listener
        self.on_ready = on_ready
        self.on_stop = on_stop

    def serve_until_stopped(self) -> None:
        # uvicorn raises a signal again when it has stopped; by then it has done its work.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        signal.signal(signal.SIGHUP, self.handle_exit)
        self.run(sockets=[self.listener])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        threading.Thread(target=self._announce, daemon=True).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.on_stop()
        await super().shutdown(sockets)

    def _announce(self) -> None:
        host, port = reachable(self.listener)
        connection = http.client.HTTPConnection(host, port, timeout=30)
        connection.request("GET", "/health/live")
        connection.getresponse().read()
        connection.close()
        self.on_ready()


def reachable(listener: socket.socket) -> tuple[str, int]:
    """An address at which the listener answers on this machine."""
    host, port = listener.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104  # nosec B104


def url_of(listener: socket.socket) -> str:
    host, port = reachable(listener)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
