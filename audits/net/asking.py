"""What may be asked: an address, a method and headers, checked before anything is sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.net.decoding import ACCEPTED
from audits.net.faults import DoorFault, Fault

if TYPE_CHECKING:
    import httpx2

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# More than one parser of addresses must agree on, for a guard to mean the same as what it guards.
ADDRESS = re.compile(
    r"(https?)://(\[[0-9a-f:.]+\]|[^\s/?#@:\[\]\\%]+)(:[0-9]{1,5})?(?:[/?#].*)?", re.IGNORECASE
)
HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?|[0-9a-f:.]+")
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(r"[\t\x20-\x7e]*")
# The door's own business; two of them, or others, let two machines read one request differently.
OWN = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "te",
     "upgrade", "expect", "trailer", "keep-alive", "proxy-connection"}
)  # fmt: skip
# What may follow a redirect to another host. Every other header may be a credential.
HARMLESS = frozenset({"accept", "accept-language", "user-agent"})


@dataclass(frozen=True)
class Request:
    method: str
    url: "httpx2.URL"
    headers: tuple[tuple[str, str], ...]
    content: bytes

    def origin(self) -> tuple[str, str, int]:
        return self.url.scheme, host_of(self.url), port_of(self.url)

    def redirected(self, location: str, status: int) -> "Request":
        """The request that a redirect asks for. Raises DoorFault for one that is not followed."""
        url = address(str(self._joined(location)))
        if (self.url.scheme, url.scheme) == ("https", "http"):
            raise DoorFault(Fault.REDIRECT, "redirects from https to http")
        keeps = status in (307, 308) or self.method in ("GET", "HEAD")
        method = self.method if keeps else "GET"
        content = self.content if keeps else b""
        headers = self.headers
        if not keeps:
            headers = tuple(each for each in headers if each[0].lower() != "content-type")
        asked = Request(method, url, headers, content)
        if asked.origin() == self.origin():
            return asked
        if method not in ("GET", "HEAD"):
            raise DoorFault(Fault.REDIRECT, f"redirects a {method} to another host or port")
        harmless = tuple(each for each in headers if each[0].lower() in HARMLESS)
        return Request(method, url, harmless, b"")

    def _joined(self, location: str) -> "httpx2.URL":
        import httpx2

        try:
            return self.url.join(location)
        except (httpx2.InvalidURL, ValueError):
            raise DoorFault(Fault.REDIRECT, "redirects to what is no address") from None


def request(
    method: str,
    url: str,
    headers: Mapping[str, str] | None,
    content: bytes,
    coding: str = ACCEPTED,
) -> Request:
    """Raises DoorFault (REFUSED) for what may not be asked."""
    if method not in METHODS:
        raise DoorFault(Fault.REFUSED, f"is only asked with {', '.join(sorted(METHODS))}")
    given = dict(headers or {})
    for name, value in given.items():
        _check_header(name, value)
    known = {name.lower() for name in given}
    for name, value in (("Accept", "*/*"), ("User-Agent", "Countersign")):
        if name.lower() not in known:
            given[name] = value
    given["Accept-Encoding"] = coding
    return Request(method, address(url), tuple(given.items()), content)


def address(text: str) -> "httpx2.URL":
    """An http or https address without user and password. Raises DoorFault (REFUSED)."""
    import httpx2  # once something is sent: see exchange.py

    shape = ADDRESS.fullmatch(text)
    if not shape:
        raise DoorFault(Fault.REFUSED, _misshapen(text))
    try:
        url = httpx2.URL(text)
        good = bool(HOST.fullmatch(host_of(url))) and 0 < port_of(url) < 65536
    except (httpx2.InvalidURL, ValueError):
        good = False
    if not good or url.userinfo:
        raise DoorFault(Fault.REFUSED, "has an address that cannot be understood")
    return url


def host_of(url: "httpx2.URL") -> str:
    """As it is resolved: in ASCII and lower case, without brackets."""
    return url.raw_host.decode("ascii").lower()


def port_of(url: "httpx2.URL") -> int:
    return url.port if url.port is not None else {"http": 80, "https": 443}[url.scheme]


def _misshapen(text: str) -> str:
    scheme, found, rest = text.partition("://")
    if not found or scheme.lower() not in ("http", "https"):
        return "has no address that begins with https:// or http://"
    if "@" in re.split(r"[/?#]", rest, maxsplit=1)[0]:
        return "has a user or password in its address; keys go into headers"
    return "has an address that cannot be understood"


def _check_header(name: str, value: str) -> None:
    if not NAME.fullmatch(name):
        raise DoorFault(Fault.REFUSED, "would be sent a header whose name HTTP does not allow")
    if name.lower() in OWN:
        raise DoorFault(Fault.REFUSED, f"would be sent the header {name}, which is set by itself")
    if not VALUE.fullmatch(value):
        raise DoorFault(
            Fault.REFUSED,
            f"would be sent a header {name} with characters that HTTP does not allow",
        )
