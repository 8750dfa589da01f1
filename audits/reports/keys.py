"""Whose signature a report carries: a private key and the certificates that name its owner."""

import datetime as dt
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

# One file for key and certificate: they are made in one step and cannot be parted by a crash.
IDENTITY_NAME = "identity.pem"
# A self-made certificate has no authority that would renew or revoke it: it outlives its reports.
YEARS = 30
# RSA with SHA-256 is what every PAdES reader takes, older NSS under poppler too.
RSA_BITS = 3072
CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)

# Extended key usages of certificates that sign documents; who has none may sign them too. Without
# this, whoever trusts a company's authority would trust each of its web servers to seal reports.
PURPOSES = {
    "1.3.6.1.5.5.7.3.36",  # documentSigning, RFC 9336
    "1.3.6.1.5.5.7.3.4",  # emailProtection
    "1.3.6.1.4.1.311.10.3.12",  # Microsoft's document signing
    "1.2.840.113583.1.1.5",  # Adobe's authentic documents
    "2.5.29.37.0",  # any
}

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class KeyFault(ValueError):
    """A key or certificate cannot be used; the text says what is wrong and how to mend it."""


@dataclass(frozen=True)
class Identity:
    """A certificate, the authorities above it (nearest first, maybe none), and its key."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    key: PrivateKey = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as 64 lower-case hex digits."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def pem(self) -> bytes:
        """The certificate alone, without those above it: what an auditor is given to trust."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def check_valid(self, at: dt.datetime) -> None:
        """Raise KeyFault unless the certificate may be used at this time."""
        starts, ends = self.certificate.not_valid_before_utc, self.certificate.not_valid_after_utc
        if at < starts:
            raise KeyFault(
                f"The certificate is valid from {starts:%Y-%m-%d %H:%M} UTC on only: "
                "check the clock, or wait."
            )
        if at > ends:
            raise KeyFault(
                f"The certificate expired on {ends:%Y-%m-%d}: renew it with your authority and "
                "put the new one in its place."
            )


def in_folder(folder: Path, *, name: str, at: dt.datetime) -> Identity:
    """The key and self-signed certificate kept in the folder; made on first use.

    Two processes that start together agree on one. `name` becomes the certificate's common name.
    Raises KeyFault when what is there is no key with its certificate, and OSError when the folder
    cannot be read or written.
    """
    path = folder / IDENTITY_NAME
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        content = _make(path, name, at)
    return from_pem(content, content)


def from_pem(  # nosec B107: no passphrase
    certificates: bytes, key: bytes, passphrase: str = ""
) -> Identity:
    """An identity from PEM: the certificate and those above it in any order, and the key.

    Raises KeyFault.
    """
    try:
        found = x509.load_pem_x509_certificates(certificates)
    except ValueError:
        raise KeyFault(
            "The certificate is not PEM: it must hold -----BEGIN CERTIFICATE----- blocks, your "
            "own and those of the authorities above it."
        ) from None
    try:
        private = serialization.load_pem_private_key(key, passphrase.encode() or None)
    except TypeError:
        raise KeyFault(
            "The key has no passphrase, but one was given: leave it out."
            if passphrase
            else "The key is encrypted: give its passphrase."
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise KeyFault(
            "The key cannot be opened: the passphrase is wrong."
            if b"ENCRYPTED" in key
            else "The key is not PEM: it must hold one -----BEGIN PRIVATE KEY----- block."
        ) from None
    return _identity(found, private)


def from_pkcs12(data: bytes, passphrase: str = "") -> Identity:  # nosec B107: no passphrase
    """An identity from a PKCS#12 file (.p12, .pfx). Raises KeyFault."""
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(data, passphrase.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise KeyFault(
            "The PKCS#12 file cannot be opened: the passphrase is wrong, or it is no such file."
        ) from None
    if key is None or certificate is None:
        raise KeyFault(
            "The PKCS#12 file lacks the private key or its certificate: export both together."
        )
    return _identity([certificate, *others], key)


def load_certificates(data: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM bundle, or the one of a DER file. Raises KeyFault."""
    try:
        if b"-----BEGIN" in data:
            return x509.load_pem_x509_certificates(data)
        return [x509.load_der_x509_certificate(data)]
    except ValueError:
        raise KeyFault(
            "It holds no certificate: PEM with -----BEGIN CERTIFICATE----- or DER is read."
        ) from None


def _identity(certificates: Sequence[x509.Certificate], key: object) -> Identity:
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise KeyFault("The key is of a kind that PDF readers do not know: use RSA or ECDSA.")
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < 2048:
        raise KeyFault(f"The RSA key has {key.key_size} bits: use 3072, at least 2048.")
    if isinstance(key, ec.EllipticCurvePrivateKey) and not isinstance(key.curve, CURVES):
        raise KeyFault(f"The curve {key.curve.name} is unknown to PDF readers: use P-256.")
    own = [each for each in certificates if _same(each.public_key(), key.public_key())]
    if not own:
        raise KeyFault(
            "The key does not belong to the certificate: give the key that the certificate was "
            "requested with."
        )
    _check_usage(own[0])
    return Identity(own[0], _above(own[0], certificates), key)


def _check_usage(certificate: x509.Certificate) -> None:
    try:
        extensions = {type(each.value): each.value for each in certificate.extensions}
    except ValueError as error:
        raise KeyFault(f"The certificate's extensions cannot be read: {error}.") from None
    usage, purposes = extensions.get(x509.KeyUsage), extensions.get(x509.ExtendedKeyUsage)
    if usage and not (usage.digital_signature or usage.content_commitment):
        raise KeyFault(
            "The certificate may not sign documents: its key usage lacks digitalSignature and "
            "nonRepudiation. Request one for signing."
        )
    if purposes and PURPOSES.isdisjoint(each.dotted_string for each in purposes):
        raise KeyFault(
            "The certificate may not sign documents: its extended key usage names other purposes "
            "alone. Request one for signing."
        )


def _above(
    certificate: x509.Certificate, among: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Those of the certificates that lead upwards, nearest first."""
    chain: list[x509.Certificate] = []
    below = certificate
    while below.issuer != below.subject:
        issuers = [each for each in among if each.subject == below.issuer and each not in chain]
        if not issuers:
            break
        below = issuers[0]
        chain.append(below)
    return tuple(chain)


def _same(one: object, other: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> bool:
    return one == other


def _make(path: Path, name: str, at: dt.datetime) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    content = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + _self_signed(key, name, at).public_bytes(serialization.Encoding.PEM)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return keep(path, content)


def keep(path: Path, content: bytes) -> bytes:
    """Write a file of mode 0600 whole or not at all, unless it is there; what is there then."""
    # Written aside and linked: whoever start together agree on one.
    descriptor, aside = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            # What it signs is kept for years; a power cut must not leave an empty file behind.
            os.fsync(file.fileno())
        os.link(aside, path)
    except FileExistsError:
        return path.read_bytes()
    finally:
        os.unlink(aside)
    return content


def _self_signed(key: rsa.RSAPrivateKey, name: str, at: dt.datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    at = at.astimezone(dt.UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # An auditor's clock, or this one after a correction, may be a little behind.
        .not_valid_before(at - dt.timedelta(days=1))
        .not_valid_after(at + dt.timedelta(days=365.25 * YEARS))
        # An authority of itself: NSS, under poppler's pdfsig, trusts no other self-signed one.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_SIGNING, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


_SIGNING = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
