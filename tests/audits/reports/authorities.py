"""Certificate authorities of the tests' own: a root, one below it, and whom they vouch for."""

import datetime as dt
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = dt.timedelta(days=1)
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


def new_key(kind="rsa"):
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class Holder:
    """A certificate with its key, and those above it."""

    certificate: x509.Certificate
    key: object
    above: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self):
        return pem_of(self.certificate)

    @property
    def chain_pem(self):
        """The certificate and those above it but the root, as authorities hand them out."""
        return b"".join(pem_of(each) for each in (self.certificate, *self.above[:-1]))

    def key_pem(self, passphrase=""):
        encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        )

    def issue(self, name, *, key=None, starts=NOW - DAY, ends=NOW + 365 * DAY, **options):
        """A certificate that this one vouches for; an authority itself with `authority=True`."""
        key = key or new_key()
        builder = _builder(name, self.certificate.subject, key, starts, ends)
        for extension, critical in _extensions(**options):
            builder = builder.add_extension(extension, critical)
        above = (self.certificate, *self.above)
        return Holder(builder.sign(self.key, hashes.SHA256()), key, above)

    def revocations(self, *revoked):
        """The list of certificates that it revoked an hour ago, DER."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(NOW - DAY)
            .next_update(NOW + DAY)
        )
        for each in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(each.certificate.serial_number)
                .revocation_date(NOW - DAY)
                .build()
            )
        signed = builder.sign(self.key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.DER)


def root(name="Harbour Root"):
    """An authority that vouches for itself."""
    key = new_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _builder(name, subject, key, NOW - 400 * DAY, NOW + 3650 * DAY)
    for extension, critical in _extensions(authority=True):
        builder = builder.add_extension(extension, critical)
    return Holder(builder.sign(key, hashes.SHA256()), key)


def pem_of(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def _builder(name, issuer, key, starts, ends):
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(ends)
    )


def _extensions(*, authority=False, stamps=False, lists="", signs=True, purpose=None):
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
         "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False
    )  # fmt: skip
    mine = ("key_cert_sign", "crl_sign") if authority else ("digital_signature",)
    mine += () if authority or stamps else ("content_commitment",)
    usage |= dict.fromkeys(mine if signs else ("key_encipherment",), True)
    yield x509.BasicConstraints(ca=authority, path_length=None), True
    yield x509.KeyUsage(**usage), True
    if stamps:
        purpose = ExtendedKeyUsageOID.TIME_STAMPING
    if purpose:
        yield x509.ExtendedKeyUsage([purpose]), True
    if lists:
        address = x509.UniformResourceIdentifier(lists)
        point = x509.DistributionPoint([address], None, None, None)
        yield x509.CRLDistributionPoints([point]), False
