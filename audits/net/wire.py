"""The socket under httpcore2: connects to an address that was checked, within a deadline."""

import contextlib
import functools
import socket
import ssl
import time
from collections.abc import Iterator
from typing import Any

import httpcore2

from audits.net.addresses import IPAddress
from audits.net.clock import Clock
from audits.net.faults import DoorFault, Fault
from audits.net.resolving import Allowed, Resolve, addresses


class Wire(httpcore2.NetworkStream):
    """One connection. Of time.monotonic: `begun` is when the request was asked for, `sent_at` when
    its first byte went out, `arrived_at` when the last read ended. `ended` is whether the other
    side closed it."""

    def __init__(self, sock: socket.socket, clock: Clock, connecting: Clock) -> None:
        self.sock, self._clock, self._connecting = sock, clock, connecting
        self.begun = clock.begun
        self.sent_at = self.arrived_at = 0.0
        self.ended = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _faults(self._clock):
            self.sock.settimeout(self._clock.left())
            data = self.sock.recv(max_bytes)
        self.arrived_at = time.monotonic()
        self.ended = not data
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.sent_at = self.sent_at or time.monotonic()
        view = memoryview(buffer)
        while view:
            with _faults(self._clock):
                self.sock.settimeout(self._clock.left())
                try:
                    view = view[self.sock.send(view) :]
                except ConnectionError:
                    # It may have answered before it closed: httpcore2 reads on after this one.
                    raise httpcore2.WriteError from None

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> "Wire":
        with _tls_faults(), _faults(self._connecting, "did not finish the TLS handshake"):
            self.sock.settimeout(self._connecting.left())
            self.sock = ssl_context.wrap_socket(self.sock, server_hostname=server_hostname)
        return self

    def handshake(self, context: ssl.SSLContext, host: str) -> tuple[str, bytes]:
        """TLS alone: its version, and the certificate that was shown, DER."""
        self.start_tls(context, host)
        assert isinstance(self.sock, ssl.SSLSocket)  # noqa: S101  # nosec B101: for mypy
        return self.sock.version() or "", self.sock.getpeercert(binary_form=True) or b""

    def close(self) -> None:
        self.sock.close()

    def get_extra_info(self, info: str) -> Any:
        return None


class Backend(httpcore2.NetworkBackend):
    """Resolves once, checks every address, connects to the first of them that answers."""

    def __init__(self, allowed: Allowed, resolve: Resolve, clock: Clock, connect_s: float) -> None:
        self._allowed, self._resolve = allowed, resolve
        self._clock, self._connect_s = clock, connect_s
        self._wire: Wire | None = None

    @property
    def wire(self) -> Wire:
        """The connection, once there is one."""
        if self._wire is None:
            raise RuntimeError("nothing is connected")
        return self._wire

    @property
    def ended(self) -> bool:
        return self._wire is not None and self._wire.ended

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> Wire:
        connecting = self._clock.connecting(self._connect_s)
        found = addresses(host, port, self._allowed, self._resolve, connecting)
        fault: DoorFault | None = None
        for each in found:
            try:
                sock = _connected(each, port, connecting)
            except DoorFault as error:
                fault = error
            else:
                self._wire = Wire(sock, self._clock, connecting)
                return self._wire
        raise fault or DoorFault(Fault.DNS, "has no address")


def _connected(address: IPAddress, port: int, connecting: Clock) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        with _faults(connecting, "could not be connected to"):
            sock.settimeout(connecting.left())
            sock.connect((str(address), port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except DoorFault:
        sock.close()
        raise
    return sock


@contextlib.contextmanager
def _faults(clock: Clock, doing: str = "") -> Iterator[None]:
    """What the socket raises as a DoorFault; `doing` for the time before there is a request."""
    try:
        yield
    except TimeoutError:
        raise clock.over(doing or "did not answer") from None
    except OSError as error:
        if not doing:
            raise DoorFault(Fault.RESET, "broke the connection off") from None
        if isinstance(error, ssl.SSLError):
            raise
        raise DoorFault(Fault.CONNECT, f"{doing}: {error.strerror or error}") from None


@contextlib.contextmanager
def _tls_faults() -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        says = f"shows a certificate that does not hold: {error.verify_message}"
        raise DoorFault(Fault.TLS, says) from None
    except ssl.SSLError as error:
        why = (error.reason or "no TLS").replace("_", " ").lower()
        raise DoorFault(Fault.TLS, f"failed in the TLS handshake: {why}") from None


@functools.cache
def trusting(extra: str = "") -> ssl.SSLContext:
    """TLS 1.2 or newer, that leads to a certificate of the system's store or of `extra` (PEM).
    Made once: the store takes 10 ms to read. Unlike the standard library's default, it writes
    no session keys where the environment says."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_default_certs()
    if extra:
        context.load_verify_locations(cadata=extra)
    context.set_alpn_protocols(["http/1.1"])
    return context
