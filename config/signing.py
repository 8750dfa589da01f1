"""The settings of the signature on sealed reports; docs/operating.md lists them."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from audits.reports.levels import LEVELS, Level
from config import environment


def source(name: str) -> Path | str:
    """The file that `<name>_FILE` names, to be read when it is needed, or the variable's text."""
    if path := os.environ.get(f"{name}_FILE", "").strip():
        return Path(path).absolute()
    return environment.text(name)


def certificate_and_key() -> tuple[Path | str, Path | str]:
    """SIGNING_CERTIFICATE and SIGNING_KEY (PEM), both or neither."""
    certificate, key = source("SIGNING_CERTIFICATE"), source("SIGNING_KEY")
    if bool(certificate) != bool(key):
        given, lacking = ("CERTIFICATE", "KEY") if certificate else ("KEY", "CERTIFICATE")
        raise ImproperlyConfigured(
            f"SIGNING_{given} is set without SIGNING_{lacking}; set both, or neither to sign with "
            "a key that is made at the first start."
        )
    return certificate, key


def pkcs12(certificate: Path | str) -> Path | None:
    """SIGNING_PKCS12, a file's path, beside which SIGNING_CERTIFICATE has no place."""
    path = environment.text("SIGNING_PKCS12")
    if path and certificate:
        raise ImproperlyConfigured(
            "SIGNING_PKCS12 and SIGNING_CERTIFICATE are both set; a report has one signature, "
            "keep one of them."
        )
    return Path(path).absolute() if path else None


def timestamps() -> tuple[str, Path | str]:
    """TIMESTAMP_URL and TIMESTAMP_TRUST, both or neither."""
    url, trust = address("TIMESTAMP_URL", ""), source("TIMESTAMP_TRUST")
    if url and not trust:
        raise ImproperlyConfigured(
            "TIMESTAMP_URL is set without TIMESTAMP_TRUST; set it to the certificate (PEM) of the "
            "authority's root, or TIMESTAMP_TRUST_FILE to a file with it."
        )
    return url, trust


def level(timestamp_url: str) -> Level:
    """SIGNATURE_LEVEL; B-B, or B-T when there is a time-stamp authority."""
    wanted = environment.text("SIGNATURE_LEVEL", "B-T" if timestamp_url else "B-B")
    for known in LEVELS:
        if wanted.upper() != known:
            continue
        if known != "B-B" and not timestamp_url:
            raise ImproperlyConfigured(
                f"SIGNATURE_LEVEL is {known}, which takes a time-stamp authority; set "
                "TIMESTAMP_URL and TIMESTAMP_TRUST, or write B-B."
            )
        return known
    raise ImproperlyConfigured(f"SIGNATURE_LEVEL is {wanted!r}; write one of {', '.join(LEVELS)}.")


def address(name: str, default: str) -> str:
    """An http or https address without a slash at its end."""
    url = environment.text(name, default).rstrip("/")
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.fragment:
        # Not shown: it may carry a password.
        raise ImproperlyConfigured(
            f"{name} is no address; write one that begins with https:// or http://."
        )
    return url


def public_url(host: str, port: int) -> str:
    """PUBLIC_URL; where it listens by default."""
    if given := address("PUBLIC_URL", ""):
        parts = urlsplit(given)
        if parts.query or parts.username is not None:
            raise ImproperlyConfigured(
                "PUBLIC_URL is printed on reports; write scheme, name and port, "
                "like https://countersign.example.org."
            )
        return given
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
