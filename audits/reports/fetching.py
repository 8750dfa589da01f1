"""The one way from reports to the network: to time-stamp authorities and lists of revoked
certificates, at addresses that the operator or the authorities of their choice name."""

import base64
import contextlib
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from audits.net.addresses import ANYWHERE
from audits.net.door import Answer, Door, DoorFault, Limits

SECONDS = 15
# An operator's own authority may well stand in their own network.
DOOR = Door(private=ANYWHERE)


class FetchFault(Exception):
    """There is no answer that can be used. The text says why, as what comes after a name."""


@dataclass(frozen=True)
class Wanted:
    """The content types of an answer, its greatest size in bytes, and the seconds that all of it
    may take. Without content types any is taken."""

    types: frozenset[str] = frozenset()
    limit: int = 64 * 1024
    seconds: float = SECONDS

    def limits(self) -> Limits:
        return Limits(self.seconds, self.seconds, self.limit, redirects=0)


def fetch(
    url: str, wanted: Wanted, *, body: bytes | None = None, sent_type: str = "", door: Door = DOOR
) -> bytes:
    """What the address answers: GET, or POST of a body of this content type.

    Redirects are not followed and no proxy of the environment is asked. A user and password in
    the address, percent-encoded, are sent as basic authentication. Raises FetchFault, which
    names neither.
    """
    parts = split(url)
    try:
        answer = door.request(
            "GET" if body is None else "POST",
            _without_user(parts),
            headers=_headers(parts, wanted, sent_type),
            content=body or b"",
            limits=wanted.limits(),
        )
    except DoorFault as fault:
        raise FetchFault(str(fault)) from None
    return _checked(answer, wanted)


def split(url: str) -> SplitResult:
    """The parts of an http or https address. Raises FetchFault for another."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return parts
    raise FetchFault("has no http or https address")


def _without_user(parts: SplitResult) -> str:
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()


def _headers(parts: SplitResult, wanted: Wanted, sent_type: str) -> dict[str, str]:
    headers = {"Accept": ", ".join(sorted(wanted.types)) or "*/*"}
    if sent_type:
        headers["Content-Type"] = sent_type
    if parts.username is not None:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(secret.encode()).decode()}"
    return headers


def _checked(answer: Answer, wanted: Wanted) -> bytes:
    if answer.status != 200:
        raise FetchFault(f"answered with status {answer.status}")
    if wanted.types and answer.content_type not in wanted.types:
        expected = " or ".join(sorted(wanted.types))
        raise FetchFault(f"answered with {answer.content_type or 'no type'}, not {expected}")
    return answer.body
