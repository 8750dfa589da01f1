"""The listener: uvicorn's own parser and protocol, on a loop that we hold, so that a test starts
one in a millisecond and an answer may break as sockets break."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

Application = Callable[[dict[str, Any], Callable, Callable], Awaitable[None]]


class Wire(HttpToolsProtocol):
    """Gives the application the connection itself, by which an answer is cut or reset."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["transport"] = self.transport  # type: ignore[typeddict-unknown-key]


def listen(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """A listening socket; port 0 takes a free one."""
    listener = socket.create_server((host, port), backlog=1024)
    # asyncio does so only where the protocol was named; without it an answer waits for 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setblocking(False)
    return listener


async def _serve(application: Application, listener: socket.socket) -> "_Serving":
    config = uvicorn.Config(
        application,
        http=Wire,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=65,
    )
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    protocol = partial(Wire, config, state, {}, _loop=loop)
    return _Serving(await loop.create_server(protocol, sock=listener), state)


class _Serving:
    def __init__(self, server: asyncio.Server, state: ServerState) -> None:
        self.server = server
        self.state = state

    def end(self) -> None:
        """No farewell: whoever still waits is cut off."""
        self.server.close()
        for connection in list(self.state.connections):
            connection.transport.abort()
        for task in list(self.state.tasks):
            task.cancel()


def serve_forever(application: Application, listener: socket.socket) -> None:
    """Serve until this process ends."""

    async def run() -> None:
        await _serve(application, listener)
        await asyncio.Event().wait()

    asyncio.run(run())


class Thread:
    """Serves in a thread with a loop of its own, until `close()`."""

    def __init__(self, application: Application, listener: socket.socket) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True, name="simulator")
        self.thread.start()
        self.serving = self._run(_serve(application, listener))

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def close(self) -> None:
        async def end() -> None:
            self.serving.end()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.gather(*others, return_exceptions=True)

        self._run(end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()
