"""`file:/path`: a file below the operator's folder of secrets."""

import os
import stat
from pathlib import Path

from audits.net.door import Door
from audits.probes.stores.base import Reference, SecretFault
from audits.probes.stores.settings import Stores

MOST_BYTES = 8 * 1024


def read(reference: Reference, stores: Stores, door: Door) -> str:
    if stores.folder is None:
        raise SecretFault("The operator allows no files; SECRETS_DIR names the folder of secrets.")
    try:
        folder = stores.folder.resolve(strict=True)
        # Links within the folder are how Kubernetes changes a secret; out of it none may lead.
        path = (folder / reference.name).resolve(strict=True)
        if not path.is_relative_to(folder):
            raise SecretFault("The file is outside of SECRETS_DIR, where nothing is read.")
        return _content(path)
    except FileNotFoundError:
        raise SecretFault(f"There is no file {reference.name} in SECRETS_DIR.") from None
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or "links without end"
        raise SecretFault(f"The file {reference.name} cannot be read: {why}.") from None


def _content(path: Path) -> str:
    # Without waiting for who would write into a pipe, which is refused just below.
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise SecretFault("What the reference names is no file.")
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise SecretFault(f"The file has more than {MOST_BYTES} bytes, so it is no key.")
    if not data.isascii():
        raise SecretFault("The file holds something else than a key in ASCII.")
    return data.decode("ascii")
