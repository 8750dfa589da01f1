"""`simulator:name`: a key that opens the bundled simulator, and nothing else."""

from audits.net.door import Door
from audits.probes.stores.base import Reference, SecretFault
from audits.probes.stores.settings import Stores
from audits.simulator.keys import REFERENCES, key_of


def read(reference: Reference, stores: Stores, door: Door) -> str:
    try:
        return key_of(reference.name)
    except LookupError:
        raise SecretFault(
            f"The simulator has no key {reference.name}; it has {', '.join(REFERENCES)}."
        ) from None
