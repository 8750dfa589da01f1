"""`keyring:service/user`: the operating system's keyring, of the user that the worker runs as."""

import threading

from audits.net.door import Door
from audits.probes.stores.base import LIMITS, Reference, SecretFault
from audits.probes.stores.settings import Stores


def read(reference: Reference, stores: Stores, door: Door) -> str:
    service, _, user = reference.name.rpartition("/")
    if service not in stores.keyring_services:
        raise SecretFault(
            f"The operator does not allow the service {service}; KEYRING_SERVICES lists those "
            "that teams may name."
        )
    found = _asked(service, user)
    if isinstance(found, str):
        return found
    if found is None:
        raise SecretFault(f"The keyring has no password of {user} for {service}.")
    raise SecretFault(f"The keyring cannot be asked: {type(found).__name__}. Is it unlocked?")


def _asked(service: str, user: str) -> str | Exception | None:
    """A locked keyring may wait for somebody to unlock it: it gets the time of the other stores,
    in a thread that may be left behind."""
    try:
        import keyring
    except ImportError:
        raise SecretFault(
            "Keyrings are not installed here; the operator adds them with: "
            "pip install 'keyring>=25'."
        ) from None
    came: list[str | Exception | None] = []

    def look() -> None:
        try:
            came.append(keyring.get_password(service, user))
        except Exception as error:  # its backends raise what they like
            came.append(error)

    thread = threading.Thread(target=look, daemon=True, name="keyring")
    thread.start()
    thread.join(LIMITS.total_s)
    if not came:
        raise SecretFault(f"The keyring did not answer within {LIMITS.total_s:g} s.")
    return came[0]
