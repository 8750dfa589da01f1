import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 30


class Connection(HttpToolsProtocol):
    """uvicorn's, with the limits that it lacks: how large the head of a request may become, and
    how long it may take. Without them any stranger holds memory and sockets for nothing."""

    head_bytes: int | None = None  # None outside a head
    deadline: asyncio.TimerHandle | None = None

    def __init__(
        self, *args: Any, on_lost: Callable[[], None] = lambda: None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.on_lost = on_lost

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._begin_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_waiting()
        super().connection_lost(exc)
        self.on_lost()

    def data_received(self, data: bytes) -> None:
        # What came with the first bytes of the head may be another request's body: not counted.
        was_in_head = self.head_bytes is not None
        super().data_received(data)
        if was_in_head and self.head_bytes is not None:
            self.head_bytes += len(data)
            if self.head_bytes > HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response(f"The head of a request ends at {HEAD_BYTES} bytes here.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.head_bytes = 0
        self._begin_waiting()

    def on_headers_complete(self) -> None:
        self.head_bytes = None
        self._end_waiting()
        super().on_headers_complete()

    def _begin_waiting(self) -> None:
        if self.deadline is None:
            self.deadline = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _end_waiting(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None
