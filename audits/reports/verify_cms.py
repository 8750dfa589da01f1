"""A CMS signature or time-stamp token: does it hold, does it lead to whom one trusts, and is every
byte of it accounted for?"""

import asyncio
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
from pyhanko.sign.validation.generic_cms import (
    async_validate_cms_signature,
    validate_tst_signed_data,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureStatus, TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from audits.reports.der import check_der
from audits.reports.keys import PURPOSES

Digest = Callable[[str], bytes]

# Names with the digest in them; "rsaEncryption" alone would leave it to another field.
ALGORITHMS = {f"sha{bits}_{kind}" for bits in (256, 384, 512) for kind in ("rsa", "ecdsa")}
REVOKED = "its certificate was revoked"
STAMP = "signature_time_stamp_token"
# A signer's and those above it; of one name that of an authority and one that crosses to another.
# Paths through ten of one name would keep a processor busy for minutes.
MAX_CERTIFICATES, MAX_OF_ONE_NAME = 10, 2
OTHER_PURPOSE = "its certificate is not meant for this"
EITHER_USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"})


@dataclass(frozen=True)
class Found:
    """What a signature turned out to be. `fault` says in words why it is not intact, `doubt` why
    it is not trusted; `token` is the time-stamp enclosed in it, `time` that of a token."""

    subject: str = ""
    fingerprint: str = ""
    fault: str = ""
    doubt: str = ""
    time: dt.datetime | None = None
    token: cms.SignedData | None = field(default=None, repr=False)
    signature: bytes = field(default=b"", repr=False)

    @property
    def intact(self) -> bool:
        return not self.fault

    @property
    def trusted(self) -> bool:
        return not self.fault and not self.doubt


@dataclass(frozen=True)
class Trust:
    """Certificates that signatures must lead to, at a time, and what was published on revocation
    by then (DER)."""

    certificates: Sequence[x509.Certificate] = ()
    at: dt.datetime | None = None
    crls: Sequence[bytes] = ()
    ocsps: Sequence[bytes] = ()

    def context(self) -> ValidationContext:
        return ValidationContext(
            trust_roots=[asn1(each) for each in self.certificates],
            moment=self.at,
            crls=list(self.crls),
            ocsps=list(self.ocsps),
            allow_fetching=False,
        )


def asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The certificate as the object that pyHanko takes."""
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def name_of(certificate: asn1_x509.Certificate) -> str:
    """Its subject as RFC 4514 writes it: `CN=…,O=…`."""
    return x509.load_der_x509_certificate(certificate.dump()).subject.rfc4514_string()


def load(data: bytes) -> cms.SignedData:
    """The SignedData of these bytes, and of nothing but them. Raises ValueError."""
    check_der(data)
    content = cms.ContentInfo.load(data, strict=True)
    if content["content_type"].native != "signed_data":
        raise ValueError("no signed data")
    return content["content"]


def check_signature(data: bytes, digest: Digest, trust: Trust) -> Found:
    """A detached signature over what has this digest. Raises whatever broken bytes lead to."""
    return _run(_check_signature(load(data), digest, trust))


def check_stamp(signed: cms.SignedData, digest: Digest, trust: Trust) -> Found:
    """A time-stamp over what has this digest. Raises whatever broken bytes lead to."""
    return _run(check_token(signed, digest, trust))


async def _check_signature(signed: cms.SignedData, digest: Digest, trust: Trust) -> Found:
    _check_size(signed)
    info = extract_signer_info(signed)
    status = await async_validate_cms_signature(
        signed,
        raw_digest=digest(info["digest_algorithm"]["algorithm"].native),
        validation_context=trust.context(),
        key_usage_settings=EITHER_USAGE,
    )
    tokens = [value for each in _unsigned(info) for value in each["values"]]
    fault = _broken(status) or _loose(signed, status, trust)
    if info["signature_algorithm"]["algorithm"].native not in ALGORITHMS:
        fault = fault or "names its algorithm in an unusual way"
    return _found(
        status,
        fault,
        doubt="" if _is_for_documents(status) else OTHER_PURPOSE,
        token=tokens[0]["content"] if tokens and not fault else None,
        signature=info["signature"].native,
    )


async def check_token(signed: cms.SignedData, digest: Digest, trust: Trust) -> Found:
    """As check_stamp, inside an event loop."""
    _check_size(signed)
    status = TimestampSignatureStatus(
        **await validate_tst_signed_data(signed, trust.context(), digest)
    )
    fault = _broken(status) or _loose(signed, status, trust)
    if not fault and _unsigned(extract_signer_info(signed)):
        fault = "carries more than a stamp"
    return _found(status, fault, time=status.timestamp)


def _check_size(signed: cms.SignedData) -> None:
    if len(signed["certificates"]) > MAX_CERTIFICATES:
        raise ValueError(f"more than {MAX_CERTIFICATES} certificates")
    names = Counter(each.chosen.subject.dump() for each in signed["certificates"])
    if max(names.values(), default=0) > MAX_OF_ONE_NAME:
        raise ValueError(f"more than {MAX_OF_ONE_NAME} certificates of one name")


def _run(coroutine: Coroutine[Any, Any, Found]) -> Found:
    return asyncio.run(coroutine)


def _is_for_documents(status: SignatureStatus) -> bool:
    """Whether the certificate may sign documents, or is itself the one that is trusted.

    pyHanko asks for the extended key usage of every signer or of none.
    """
    path, purposes = status.validation_path, status.signing_cert.extended_key_usage_value
    if purposes is None or (path is not None and path.pkix_len == 0):
        return True
    return not PURPOSES.isdisjoint(each.dotted for each in purposes)


def _found(status: SignatureStatus, fault: str, *, doubt: str = "", **more: Any) -> Found:
    return Found(
        subject=name_of(status.signing_cert),
        fingerprint=status.signing_cert.sha256.hex(),
        fault=fault,
        doubt=doubt if status.trusted else _doubt(status),
        **more,
    )


def _broken(status: SignatureStatus) -> str:
    if not status.intact:
        return "was made over other bytes"
    if not status.valid:
        return "does not belong to the key of its certificate"
    return ""


def _doubt(status: SignatureStatus) -> str:
    name = getattr(status.trust_problem_indic, "name", "")
    if "REVOKED" in name:
        return REVOKED
    at = status.validation_time or dt.datetime.now(dt.UTC)
    certificate = status.signing_cert
    if not certificate.not_valid_before <= at <= certificate.not_valid_after:
        return "its certificate was not valid at that time"
    if name == "CHAIN_CONSTRAINTS_FAILURE":
        return OTHER_PURPOSE
    return "its certificate does not lead to one that you trust"


def _unsigned(info: cms.SignerInfo) -> Iterable[cms.CMSAttribute]:
    return info["unsigned_attrs"] or ()


def _loose(signed: cms.SignedData, status: SignatureStatus, trust: Trust) -> str:
    """Why a part that no signature covers is not as it must be, or nothing.

    Without this, bytes could be changed in versions, algorithm lists and enclosed certificates
    and the signature would still hold.
    """
    info = signed["signer_infos"][0]
    stamp = signed["encap_content_info"]["content_type"].native == "tst_info"
    algorithm = info["digest_algorithm"]
    as_it_must_be = (
        signed["version"].native == ("v3" if stamp else "v1"),
        stamp or not signed["encap_content_info"]["content"],
        [each.dump() for each in signed["digest_algorithms"]] == [algorithm.dump()],
        algorithm["parameters"].native is None,
        info["signature_algorithm"]["parameters"].native is None,
        _names(info, status.signing_cert),
        not signed["crls"],
        _only_a_stamp(info),
    )
    if not all(as_it_must_be):
        return "was changed where it is not signed"
    return "" if _belong(signed, status, trust) else "carries a certificate that was changed"


def _names(info: cms.SignerInfo, certificate: asn1_x509.Certificate) -> bool:
    """Whether the signer is named as the certificate has it, byte for byte."""
    sid = info["sid"].chosen
    if info["sid"].name != "issuer_and_serial_number":
        return info["version"].native == "v3" and sid.native == certificate.key_identifier
    issuer, serial = sid["issuer"].dump(), sid["serial_number"].native
    return info["version"].native == "v1" and (issuer, serial) == (
        certificate.issuer.dump(),
        certificate.serial_number,
    )


def _only_a_stamp(info: cms.SignerInfo) -> bool:
    attributes = list(_unsigned(info))
    return not attributes or (
        len(attributes) == 1
        and attributes[0]["type"].native == STAMP
        and len(attributes[0]["values"]) == 1
        and isinstance(attributes[0]["values"][0]["content"], cms.SignedData)
    )


def _belong(signed: cms.SignedData, status: SignatureStatus, trust: Trust) -> bool:
    """Whether every enclosed certificate is bound to something: the signature names the signer's
    by digest; others stand in the path that was checked, or another one vouches for them or they
    for another one."""
    found = extract_certificate_info(signed)
    if len(found.other_certs) + 1 != len(signed["certificates"]):
        return False
    path = status.validation_path
    known = {each.dump() for each in path.iter_certs(include_root=True)} if path else set()
    known |= {each.public_bytes(serialization.Encoding.DER) for each in trust.certificates}
    rest = [each.dump() for each in found.other_certs if each.dump() not in known]
    if not rest:
        return True
    mine = found.signer_cert.dump()
    return all(_is_bound(each, known | {mine} | set(rest)) for each in rest)


def _is_bound(certificate: bytes, others: set[bytes]) -> bool:
    one = x509.load_der_x509_certificate(certificate)
    loaded = [x509.load_der_x509_certificate(each) for each in others]
    return any(_issued(one, each) for each in loaded) or any(
        _issued(each, one) for each in loaded if each != one
    )


def _issued(below: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def digest_of(data: bytes) -> Digest:
    """The digest of these bytes by the algorithm of a given name."""
    return lambda name: hashlib.new(name, data).digest()
