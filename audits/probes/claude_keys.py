"""Which key the next request goes out with."""

import itertools
import random
from collections.abc import Sequence

from audits.probes.base import Key
from audits.probes.claude_errors import ApiFault


class Turn:
    """The keys, one after the other from a random one on: each process has a client of its own.
    A key that is answered 401 or 403 is left out while there is another, so that it does not fail
    every n-th call: claude-engineering/load-spread-over-keys."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self.keys = list(keys)
        start = random.randrange(len(keys)) if keys else 0  # noqa: S311  # nosec B311
        self.numbers = itertools.count(start)

    def next(self) -> Key | None:
        keys = self.keys
        return keys[next(self.numbers) % len(keys)] if keys else None

    def heard(self, key: Key | None, fault: ApiFault) -> None:
        if fault.status in (401, 403) and len(self.keys) > 1:
            self.keys = [each for each in self.keys if each != key]
