"""Why the door gives no answer."""

from enum import StrEnum


class Fault(StrEnum):
    """REFUSED: the door itself does not let it through. PROTOCOL: what came is no HTTP that can be
    used. RESET: the other side broke off."""

    REFUSED = "refused"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    TOO_LARGE = "too large"
    REDIRECT = "redirect"
    PROTOCOL = "protocol"
    RESET = "reset"


# Of these kinds nothing left, whenever they come.
BEFORE_SENDING = frozenset({Fault.REFUSED, Fault.DNS, Fault.CONNECT, Fault.TLS})


class DoorFault(Exception):
    """There is no answer. The text says why, in words that come after a name: "did not answer
    within 5 s". It never holds a user, a query, a header or a body. `sent` is False when the
    request surely did not go out; after a redirect, the one that it asked for."""

    def __init__(self, kind: Fault, says: str, *, sent: bool = True) -> None:
        super().__init__(says)
        self.kind = kind
        self.sent = sent and kind not in BEFORE_SENDING
