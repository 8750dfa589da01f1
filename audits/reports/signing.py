"""A PDF in, the same PDF with a PAdES signature out that certifies it and forbids changes."""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from audits.reports.keys import Identity
from audits.reports.levels import LEVELS
from audits.reports.loops import outside_loops

if TYPE_CHECKING:
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner

    from audits.reports.timestamps import Authority

FIELD = "Seal"
TIMESTAMP_FIELD = "Seal-Timestamp"
DIGEST = "sha256"
# Of the hole for signature, certificates and one time-stamp, in hex digits: asking the authority
# for a stamp on trial, only to see its size, would take twice the time.
ROOM = 2 * 16 * 1024


class SigningFault(Exception):
    """The PDF could not be signed; the text says why."""


@outside_loops
def sign(
    pdf: bytes,
    identity: Identity,
    *,
    reason: str,
    at: dt.datetime,
    name: str = "",
    location: str = "",
    level: str = "B-B",
    timestamper: "Authority | None" = None,
    trust: Sequence[x509.Certificate] = (),
) -> bytes:
    """The PDF with an incremental update that holds a certifying signature (PAdES, DocMDP P=1).

    What was there stays byte for byte. B-B uses no network. B-T adds a time-stamp of the
    authority; B-LTA also what is needed to validate both later, and a time-stamp over all of it.
    `trust` then names the roots of the signer's chain; without, its last certificate is taken.
    `at` is the time that the signature claims; readers show `name`, `reason` and `location`.

    Raises KeyFault when the certificate is not valid at that time, TimestampFault when the
    authority fails, SigningFault for anything else that keeps the PDF from being signed, and
    ValueError when level and authority do not go together.
    """
    # It takes half a second to load, which only who signs has to wait for.
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.general import SigningError
    from pyhanko_certvalidator.errors import PathError, ValidationError

    if level not in LEVELS or (timestamper is None) != (level == "B-B"):
        raise ValueError(
            f"Level {level} {'lacks' if not timestamper else 'has no use for'} a TSA."
        )
    identity.check_valid(at)
    said = {"reason": reason, "name": name or None, "location": location or None}
    meta = _metadata(level, said, identity, timestamper, trust)
    try:
        return _signed(pdf, _signer(identity, meta, at, timestamper))
    except (SigningError, PdfError, ValidationError, PathError) as error:
        why = "; ".join(str(each).rstrip(".") for each in (error, error.__cause__) if each)
        raise SigningFault(f"The report could not be signed: {why}.") from error


def _signed(pdf: bytes, signer: "PdfSigner") -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    signed: io.BytesIO = signer.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)),
        bytes_reserved=ROOM if signer.default_timestamper else None,
    )
    return signed.getvalue()


def _metadata(
    level: str,
    said: dict[str, Any],
    identity: Identity,
    timestamper: "Authority | None",
    trust: Sequence[x509.Certificate],
) -> "PdfSignatureMetadata":
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata

    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        certify=True,
        subfilter=SigSeedSubFilter.PADES,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        **said,
    )
    if level == "B-LTA" and timestamper:
        from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference

        from audits.reports.revocation import context

        roots = [*(trust or [(identity.certificate, *identity.chain)[-1]]), *timestamper.trust]
        return replace(
            meta,
            embed_validation_info=True,
            use_pades_lta=True,
            timestamp_field_name=TIMESTAMP_FIELD,
            validation_context=context(roots),
            # Within what is signed, so that nothing but the last time-stamp comes after it.
            dss_settings=DSSContentSettings(
                include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
            ),
            # Either usage signs documents; the certificate was checked for one of them.
            signer_key_usage=set(),
        )
    return meta


def _signer(
    identity: Identity,
    meta: "PdfSignatureMetadata",
    at: dt.datetime,
    timestamper: "Authority | None",
) -> "PdfSigner":
    from pyhanko.sign.signers import PdfSigner

    class Signer(PdfSigner):
        """At the time that is given, and within what PDF/A-3 allows."""

        def init_signing_session(self, *args: Any, **options: Any) -> Any:
            session = super().init_signing_session(*args, **options)
            session.system_time = at
            return session

        def register_extensions(self, *args: Any, **options: Any) -> None:
            # For ECDSA it would raise the catalog to PDF 2.0, and PDF/A-3 ends at 1.7.
            if isinstance(identity.key, rsa.RSAPrivateKey):
                super().register_extensions(*args, **options)

    return Signer(meta, signer=_cms_signer(identity), timestamper=timestamper)


def _cms_signer(identity: Identity) -> "SimpleSigner":
    from asn1crypto.keys import PrivateKeyInfo
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    from audits.reports.verify_cms import asn1

    key = identity.key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return SimpleSigner(
        signing_cert=asn1(identity.certificate),
        signing_key=PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore.from_certs(map(asn1, identity.chain)),
    )
