"""`env:NAME`: a variable of the worker's environment."""

from audits.net.door import Door
from audits.probes.stores.base import Reference, SecretFault
from audits.probes.stores.settings import Stores


def read(reference: Reference, stores: Stores, door: Door) -> str:
    prefix = stores.env_prefix
    if not prefix or not reference.name.startswith(prefix):
        raise SecretFault(
            f"Only variables that begin with {prefix} may be named; the operator sets that with "
            "SECRET_ENV_PREFIX."
            if prefix
            else "The operator allows no variables; SECRET_ENV_PREFIX opens those with a prefix."
        )
    if reference.name not in stores.environ:
        raise SecretFault(
            f"The worker's environment has no {reference.name}. Set it and start again."
        )
    return stores.environ[reference.name]
