"""The installation's signature: its key and certificates as the settings name them."""

import datetime as dt
import functools
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.conf import settings

from audits.reports import keys
from audits.reports.keys import IDENTITY_NAME, Identity, KeyFault

if TYPE_CHECKING:
    from audits.reports.timestamps import Authority

# Certificates that signed once, by fingerprint: what they signed stays valid after they change.
FORMER = "former"

State = tuple[str, float, int, int]


class SigningUnavailable(Exception):
    """Nothing can be sealed now; the text says why and how to mend it, and names no secret."""


def identity() -> Identity:
    """The key that seals reports, read again when its files have changed; made on first use.

    Raises SigningUnavailable.
    """
    sources = (settings.SIGNING_CERTIFICATE, settings.SIGNING_KEY, settings.SIGNING_PKCS12)
    files = [each for each in sources if isinstance(each, Path)] or [_folder() / IDENTITY_NAME]
    states = tuple(map(_state, files))
    if None in states:
        # Missing: made now, or complained about; neither is to be remembered.
        _identity.cache_clear()
    return _identity(sources, settings.SIGNING_PASSPHRASE, _folder(), states)


def sign_report(pdf: bytes, *, reason: str, at: dt.datetime) -> bytes:
    """The PDF signed and, as the settings say, time-stamped; found valid by our own verification.

    Raises SigningUnavailable; it can be tried again.
    """
    # pyHanko takes half a second to load, and only who signs needs it.
    from audits.reports.signing import SigningFault, sign
    from audits.reports.timestamps import TimestampFault
    from audits.reports.verify import verify

    signer = identity()
    try:
        signed = sign(
            pdf,
            signer,
            reason=reason,
            at=at,
            location=settings.PUBLIC_URL,
            level=settings.SIGNATURE_LEVEL,
            timestamper=_authority(),
        )
    except (KeyFault, SigningFault, TimestampFault) as fault:
        raise SigningUnavailable(str(fault)) from fault
    found = verify(signed, [signer.pem], timestamp_trust=timestamp_certificates())
    if found.status != "valid":
        raise SigningUnavailable(f"The signed report does not hold. {found.summary}")
    return signed


def trusted_certificates() -> list[bytes]:
    """The certificates that our own reports were signed with (PEM): today's first, then former
    ones. Without one that can be read today, the former ones alone."""
    try:
        today = [identity().pem]
    except SigningUnavailable:
        today = []
    former = sorted((_folder() / FORMER).glob("*.pem"))
    return list(dict.fromkeys([*today, *(path.read_bytes() for path in former)]))


def timestamp_certificates() -> list[bytes]:
    """What time-stamps on our reports lead to (PEM): TIMESTAMP_TRUST.

    Raises SigningUnavailable.
    """
    return [each.public_bytes(serialization.Encoding.PEM) for each in _timestamp_trust()]


def _timestamp_trust() -> list[x509.Certificate]:
    if not (trust := settings.TIMESTAMP_TRUST):
        return []
    try:
        return keys.load_certificates(_content(trust, "TIMESTAMP_TRUST"))
    except KeyFault as fault:
        raise SigningUnavailable(f"TIMESTAMP_TRUST: {fault}") from None


def _authority() -> "Authority | None":
    if settings.SIGNATURE_LEVEL == "B-B":
        return None
    from audits.models.doors import operators_door
    from audits.reports.timestamps import Authority

    return Authority(settings.TIMESTAMP_URL, _timestamp_trust(), door=operators_door())


@functools.lru_cache(maxsize=1)
def _identity(
    sources: tuple[Path | str, Path | str, Path | None],
    passphrase: str,
    folder: Path,
    _states: tuple[State | None, ...],
) -> Identity:
    certificate, key, pkcs12 = sources
    where = "SIGNING_PKCS12" if pkcs12 else "SIGNING_CERTIFICATE and SIGNING_KEY"
    try:
        if pkcs12:
            found = keys.from_pkcs12(_content(pkcs12, where), passphrase)
        elif certificate:
            found = keys.from_pem(
                _content(certificate, "SIGNING_CERTIFICATE"),
                _content(key, "SIGNING_KEY"),
                passphrase,
            )
        else:
            where = f"The signing key in {folder}"
            found = _own(folder)
        _remember(found, folder / FORMER)
    except KeyFault as fault:
        raise SigningUnavailable(f"{where}: {fault}") from None
    except OSError as error:
        raise SigningUnavailable(
            f"The signing key in {error.filename or folder} cannot be read or written: "
            f"{error.strerror}. Make the folder readable and writable for this user."
        ) from None
    return found


def _own(folder: Path) -> Identity:
    name = f"Countersign at {settings.PUBLIC_URL.partition('://')[2]}"
    return keys.in_folder(folder, name=name[:64], at=dt.datetime.now(dt.UTC))


def _remember(identity: Identity, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{identity.fingerprint}.pem"
    if not path.exists():
        keys.keep(path, identity.certificate.public_bytes(serialization.Encoding.PEM))


def _content(source: Path | str, setting: str) -> bytes:
    if isinstance(source, str):
        return source.encode()
    try:
        return source.read_bytes()
    except OSError as error:
        raise SigningUnavailable(
            f"{setting} names {source}, which cannot be read: {error.strerror}."
        ) from None


def _state(path: Path) -> State | None:
    """What changes when the file does; None without it."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (str(path), found.st_mtime, found.st_size, found.st_ino)


def _folder() -> Path:
    return settings.DATA_DIR / "signing"
