"""One request and its answer on a connection of its own. Imported when something is sent: what
it stands on takes a fifth of a second and 20 MB to load, which most processes never need."""

import contextlib
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TypeVar

import httpcore2
import httpx2

from audits.net import asking
from audits.net.asking import Request
from audits.net.decoding import Decoding
from audits.net.faults import DoorFault, Fault
from audits.net.wire import Backend, Wire, trusting

T = TypeVar("T")


class Stream:
    """An answer whose body is still to come. `started` is time.monotonic just before the request
    was sent, on a connection that stood already."""

    def __init__(
        self, response: httpcore2.Response, wire: Wire, request: Request, most: int
    ) -> None:
        self.status = response.status
        self.headers = httpx2.Headers(response.headers)
        self.url = str(request.url)
        self.started = wire.sent_at
        self._response, self._wire, self._most = response, wire, most

    def chunks(self) -> Iterator[tuple[float, bytes]]:
        """What arrived, with time.monotonic of its arrival. Raises DoorFault when it breaks off,
        takes too long, or is too large."""
        decoding = Decoding(self.headers.get("Content-Encoding", ""))
        raw = length = 0
        arriving = iter(self._response.iter_stream())
        while (data := _heard(lambda: next(arriving, None), self._wire)) is not None:
            raw += len(data)
            for piece in decoding.undo(data):
                length += len(piece)
                self._check(max(raw, length))
                yield self._wire.arrived_at, piece
            self._check(raw)
        decoding.finish()

    def read(self) -> bytes:
        return b"".join(piece for _, piece in self.chunks())

    def elapsed_ms(self) -> Decimal:
        """Since the request was asked for."""
        return Decimal(round((time.monotonic() - self._wire.begun) * 1_000_000)) / 1000

    def _check(self, length: int) -> None:
        if length > self._most:
            raise DoorFault(Fault.TOO_LARGE, f"answered with more than {self._most} bytes")


@contextlib.contextmanager
def exchange(asked: Request, backend: Backend, trust: str, most: int) -> Iterator[Stream]:
    """The answer, whose body has `most` bytes at most, while its connection is open. Raises
    DoorFault."""
    pool = httpcore2.ConnectionPool(
        ssl_context=trusting(trust) if asked.url.scheme == "https" else None,
        network_backend=backend,
        max_connections=1,
        max_keepalive_connections=0,
    )
    with pool:
        response = _answered(pool, asked, backend)
        try:
            yield Stream(response, backend.wire, asked, most)
        finally:
            response.close()


def _answered(
    pool: httpcore2.ConnectionPool, asked: Request, backend: Backend
) -> httpcore2.Response:
    url = httpcore2.URL(
        scheme=asked.url.raw_scheme,
        host=asking.host_of(asked.url),
        port=asking.port_of(asked.url),
        target=asked.url.raw_path,
    )
    headers = [("Host", asked.url.netloc.decode("ascii")), *asked.headers, ("Connection", "close")]
    if asked.content or asked.method in ("POST", "PUT", "PATCH"):
        headers.append(("Content-Length", str(len(asked.content))))
    request = httpcore2.Request(asked.method, url, headers=headers, content=asked.content)
    return _heard(lambda: pool.handle_request(request), backend)


def _heard(call: Callable[[], T], through: Backend | Wire) -> T:
    """What it returns. What cannot be read as HTTP, or ends too early, is a DoorFault without a
    trace of the other exception, which quotes what came."""
    try:
        return call()
    except httpcore2.RemoteProtocolError:
        fault = DoorFault(Fault.PROTOCOL, "answered what is no HTTP")
        if through.ended:
            fault = DoorFault(Fault.RESET, "ended before its answer was complete")
    except httpcore2.LocalProtocolError:
        fault = DoorFault(Fault.REFUSED, "cannot be asked so in HTTP")
    raise fault
