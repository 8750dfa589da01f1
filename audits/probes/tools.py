"""What a probe may use beside its target."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.probes.base import Key, Target

if TYPE_CHECKING:
    from audits.net.door import Door
    from audits.probes.claude import Claude
    from audits.probes.prices import Prices


@dataclass(frozen=True)
class Tools:
    """`claude(target, keys)` is a client of the target's API that uses these keys in turn.
    `fingerprint` is that of `Key`. `send_test_alert()` sends a marked alert to the team's channels
    and returns, by the channel's name, the fault that kept it from being sent, or ""."""

    door: "Door"
    claude: Callable[[Target, tuple[Key, ...]], "Claude"]
    prices: "Prices"
    fingerprint: Callable[[str], str]
    send_test_alert: Callable[[], dict[str, str]]
