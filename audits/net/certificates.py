"""What a server shows in the TLS handshake."""

import datetime as dt
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.net.faults import DoorFault, Fault

if TYPE_CHECKING:
    from cryptography import x509

    from audits.net.wire import Backend


@dataclass(frozen=True)
class Certificate:
    """Times are aware; `names` are those that it is for; `protocol` is like "TLSv1.3". `fault`
    says why it is not trusted, in words that come after a name."""

    not_before: dt.datetime
    not_after: dt.datetime
    subject: str
    issuer: str
    names: tuple[str, ...]
    protocol: str
    trusted: bool
    fault: str = ""

    def days_left(self, now: dt.datetime) -> int:
        """Whole days; below zero when it has expired."""
        return (self.not_after - now).days


def look(host: str, port: int, backend: "Backend", trusting: ssl.SSLContext) -> Certificate:
    """Raises DoorFault when there is no handshake at all."""
    try:
        return _shown(host, port, backend, trusting)
    except DoorFault as fault:
        if fault.kind is not Fault.TLS:
            raise
        doubt = str(fault)
    return _shown(host, port, backend, _believing(), doubt)


def _shown(
    host: str, port: int, backend: "Backend", context: ssl.SSLContext, fault: str = ""
) -> Certificate:
    from cryptography import x509

    wire = backend.connect_tcp(host, port)
    try:
        protocol, der = wire.handshake(context, host)
    finally:
        wire.close()
    try:
        shown = x509.load_der_x509_certificate(der)
        return Certificate(
            shown.not_valid_before_utc,
            shown.not_valid_after_utc,
            shown.subject.rfc4514_string(),
            shown.issuer.rfc4514_string(),
            _names(shown),
            protocol,
            trusted=not fault,
            fault=fault,
        )
    except ValueError:
        raise DoorFault(Fault.TLS, "shows a certificate that cannot be read") from None


def _names(shown: "x509.Certificate") -> tuple[str, ...]:
    from cryptography import x509

    try:
        found = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = map(str, found.get_values_for_type(x509.IPAddress))
    return (*found.get_values_for_type(x509.DNSName), *addresses)


def _believing() -> ssl.SSLContext:
    """For a look at a certificate that is not trusted: nothing is sent over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
