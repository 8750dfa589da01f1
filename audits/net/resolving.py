"""From a name to the addresses that may be connected to, within a time."""

import re
import socket
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from audits.net.addresses import IPAddress, IPNetwork, fault
from audits.net.clock import Clock
from audits.net.faults import DoorFault, Fault

# As socket.getaddrinfo: rows of (family, type, protocol, canonical name, socket address).
Resolve = Callable[..., Sequence[tuple[Any, ...]]]

# A resolver that hangs keeps its thread; that many at once, and no more are asked.
HANGING_AT_MOST = 32
# What a resolver takes for a number, however it is written: 127.1, 0x7f.1, 2130706433, 0177.0.0.1
NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\.?", re.IGNORECASE)

_hanging = threading.BoundedSemaphore(HANGING_AT_MOST)


@dataclass(frozen=True)
class Allowed:
    """The operator's ranges, and exact endpoints beside them."""

    private: Sequence[IPNetwork] = ()
    endpoints: Collection[tuple[str, int]] = ()

    def check(self, found: IPAddress, port: int, *, named: bool) -> None:
        """Raises DoorFault for an address that may not be connected to; `named` when a name led
        to it."""
        if (str(found), port) in self.endpoints:
            return
        if why := fault(found, self.private):
            verb = f"resolves to {found}, which is" if named else "is"
            raise DoorFault(Fault.REFUSED, f"{verb} {why}")


def addresses(
    name: str, port: int, allowed: Allowed, resolve: Resolve, clock: Clock
) -> list[IPAddress]:
    """All addresses of a name, every one of them checked. Raises DoorFault."""
    literal = _literal(name)
    found = literal
    if not literal:
        if NUMBER.fullmatch(name.rstrip(".").rpartition(".")[2]):
            raise DoorFault(Fault.REFUSED, "is a number in a spelling that is no IP address")
        found = _resolved(name, port, resolve, clock)
    for each in found:
        allowed.check(each, port, named=not literal)
    return found


def _literal(name: str) -> list[IPAddress]:
    try:
        return [ip_address(name)]
    except ValueError:
        return []


def _resolved(name: str, port: int, resolve: Resolve, clock: Clock) -> list[IPAddress]:
    rows = _within(lambda: resolve(name, port, type=socket.SOCK_STREAM), clock)
    if isinstance(rows, UnicodeError):
        raise DoorFault(Fault.DNS, "is no name that DNS could know")
    if isinstance(rows, OSError):
        raise DoorFault(Fault.DNS, f"was not found in DNS: {rows.strerror or 'no answer'}")
    if isinstance(rows, Exception):
        raise rows
    found = dict.fromkeys(ip_address(row[4][0]) for row in rows)
    if not found:
        raise DoorFault(Fault.DNS, "has no address in DNS")
    return list(found)


def _within(ask: Callable[[], Any], clock: Clock) -> Any:
    """What `ask` returns or raises. The system's resolver has no time limit, so it is asked in a
    thread that may be left behind."""
    places = _hanging
    if not places.acquire(blocking=False):
        raise DoorFault(Fault.DNS, f"was not resolved: {HANGING_AT_MOST} look-ups hang already")
    came: list[Any] = []

    def look_up() -> None:
        try:
            came.append(ask())
        except Exception as error:
            came.append(error)
        finally:
            places.release()

    thread = threading.Thread(target=look_up, daemon=True, name="look-up")
    thread.start()
    thread.join(clock.left())
    if not came:
        raise DoorFault(Fault.DNS, f"was not resolved within {clock.seconds:g} s")
    return came[0]
