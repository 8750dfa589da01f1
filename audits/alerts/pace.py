"""How long a delivery that was not taken waits before the next attempt."""

import random

FIRST_S = 10
LONGEST_S = 3600
# With the waits above: about six hours of trying.
ATTEMPTS = 15


def wait_s(attempts: int, after_s: int | None, *, chance: random.Random) -> float:
    """Seconds after that many attempts: doubled each time up to an hour, of which between a half
    and the whole, so that many do not come back at once; never less than was asked for."""
    whole = min(FIRST_S * 2 ** min(attempts - 1, 20), LONGEST_S)
    return max(whole * (0.5 + chance.random() / 2), float(after_s or 0))
