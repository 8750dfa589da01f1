"""Secrets that people typed in, encrypted at rest: the key is no part of the database."""

import contextlib
import os
import threading
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from audits.probes.secrets import Secret


class SealFault(Exception):
    """A value cannot be sealed or unsealed now; the text says why and how to mend it."""


def seal(secret: Secret) -> str:
    """What may be stored. Raises SealFault."""
    return _ring().encrypt(secret.reveal().encode()).decode()


def unseal(text: str) -> Secret:
    """What `seal` was given. Raises SealFault."""
    try:
        return Secret(_ring().decrypt(text.encode()).decode())
    except InvalidToken:
        raise SealFault(
            f"The value was encrypted with another key than {_whose()} has now. "
            "Put the former key back beside it, or add the value anew."
        ) from None


def reseal(text: str) -> str:
    """The same value under the first of the keys. Raises SealFault."""
    return seal(unseal(text))


def _ring() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS or _kept()])
    except ValueError:
        raise SealFault(f"{_whose()} holds no key of Fernet's form; restore it.") from None


def _whose() -> str:
    return "ENCRYPTION_KEYS" if settings.ENCRYPTION_KEYS else str(settings.SECRETS_KEY)


def _kept() -> list[str]:
    """The keys of the installation's own file, one a line; made on first use."""
    path: Path = settings.SECRETS_KEY
    try:
        with contextlib.suppress(FileNotFoundError):
            return path.read_text().split()
        # Written aside and linked: all that start together agree on one key.
        aside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
        aside.touch(mode=0o600)
        try:
            aside.write_bytes(Fernet.generate_key())
            with contextlib.suppress(FileExistsError):
                os.link(aside, path)
        finally:
            aside.unlink()
        return path.read_text().split()
    except OSError as error:
        raise SealFault(f"{path} cannot be read or made: {error.strerror}.") from None
