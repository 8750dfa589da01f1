"""The door: every outgoing byte passes it. It takes no proxy, no credential and no setting from
the environment, keeps no cookie, and leaves no connection open."""

import codecs
import contextlib
import email.message
import re
import socket
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from audits.net import asking
from audits.net.addresses import IPNetwork
from audits.net.asking import Request
from audits.net.certificates import Certificate, look
from audits.net.clock import Clock
from audits.net.faults import DoorFault, Fault
from audits.net.resolving import Allowed, Resolve

if TYPE_CHECKING:
    import httpx2

    from audits.net.exchange import Stream
    from audits.net.wire import Backend

__all__ = ["Answer", "Certificate", "Door", "DoorFault", "Fault", "Limits", "Stream"]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Of Python's others some are no charsets, and punycode takes time that grows with the square.
CHARSETS = re.compile(
    r"ascii|utf-(8|16)(-[bl]e)?|iso8859-\d+|cp(125\d|86[0-9]|874|93[26]|949|950)|koi8-[ru]"
    r"|mac-\w+|shift_jis|euc_(jp|kr)|iso2022_jp|gb2312|gbk|gb18030|big5(hkscs)?"
)
# For streams: what is compressed arrives when the compressor likes.
PLAIN = "identity"


@dataclass(frozen=True)
class Limits:
    """`connect_s` is for DNS, TCP and TLS of one connection, `total_s` for everything, redirects
    and the last byte included; `max_bytes` is of the body, decompressed. With `redirects=0` a
    redirect is an answer like any other."""

    connect_s: float = 5.0
    total_s: float = 30.0
    max_bytes: int = 1_048_576
    redirects: int = 3


@dataclass(frozen=True)
class Answer:
    """`url` is the one that answered; `elapsed_ms` is from the call to the last byte, with DNS,
    connecting and redirects."""

    status: int
    headers: "httpx2.Headers"
    body: bytes
    url: str
    elapsed_ms: Decimal

    @property
    def content_type(self) -> str:
        """Without parameters, in lower case; empty when there is none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """In the charset that it names, else in UTF-8; what is none becomes U+FFFD."""
        return self.body.decode(_charset(self.headers), "replace")


@dataclass(frozen=True)
class Door:
    """`private` are the ranges beside public ones that may be connected to; `endpoints` exact
    (IP address, port) pairs; `trust` further certificates, PEM, that TLS may lead to.

    Every method raises DoorFault when there is no answer; a status is never a fault.
    """

    private: Sequence[IPNetwork] = ()
    endpoints: Collection[tuple[str, int]] = ()
    resolve: Resolve = socket.getaddrinfo
    trust: str = ""

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        limits: Limits = Limits(),
    ) -> Answer:
        asked = asking.request(method, url, headers, content)
        with self._opened(asked, limits) as stream:
            body = stream.read()
            return Answer(stream.status, stream.headers, body, stream.url, stream.elapsed_ms())

    @contextlib.contextmanager
    def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        limits: Limits = Limits(),
    ) -> "Iterator[Stream]":
        asked = asking.request(method, url, headers, content, PLAIN)
        with self._opened(asked, limits) as stream:
            yield stream

    def certificate(self, host: str, port: int = 443, *, limits: Limits = Limits()) -> Certificate:
        """What a server shows in the TLS handshake, whether it can be trusted or not."""
        from audits.net.wire import trusting

        url = asking.address(f"https://{_bracketed(host)}:{port}/")
        backend = self._backend(Clock(limits.total_s), limits)
        return look(asking.host_of(url), port, backend, trusting(self.trust))

    @contextlib.contextmanager
    def _opened(self, asked: Request, limits: Limits) -> "Iterator[Stream]":
        from audits.net.exchange import exchange

        clock = Clock(limits.total_s)
        followed = 0
        while True:
            backend = self._backend(clock, limits)
            with exchange(asked, backend, self.trust, limits.max_bytes) as stream:
                location = stream.headers.get("Location", "")
                if stream.status not in REDIRECTS or not location or not limits.redirects:
                    yield stream
                    return
            followed += 1
            if followed > limits.redirects:
                raise DoorFault(Fault.REDIRECT, f"redirects more than {limits.redirects} times")
            asked = asked.redirected(location, stream.status)

    def _backend(self, clock: Clock, limits: Limits) -> "Backend":
        from audits.net.wire import Backend

        return Backend(
            Allowed(self.private, self.endpoints), self.resolve, clock, limits.connect_s
        )


def _charset(headers: "httpx2.Headers") -> str:
    """That it names, if browsers know it; else UTF-8."""
    message = email.message.Message()
    message["Content-Type"] = headers.get("Content-Type", "")
    try:
        name = codecs.lookup(message.get_content_charset("utf-8")).name
    except (LookupError, ValueError):
        return "utf-8"
    return name if CHARSETS.fullmatch(name) else "utf-8"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
