"""The time that a request may take."""

import time

from audits.net.faults import DoorFault, Fault


class Clock:
    """Ends `seconds` from now, or earlier at `ends` (time.monotonic). `sending` is whether a
    request may have gone out when it ends."""

    def __init__(self, seconds: float, ends: float | None = None, *, sending: bool = True) -> None:
        self.seconds, self.begun, self._sending = seconds, time.monotonic(), sending
        own = self.begun + seconds
        self._ends = own if ends is None else min(own, ends)

    def connecting(self, seconds: float) -> "Clock":
        """One for the part of it before there is a connection to send on."""
        return Clock(min(seconds, self.seconds), self._ends, sending=False)

    def left(self) -> float:
        """Seconds, more than none. Raises DoorFault when there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise self.over("did not answer")
        return left

    def over(self, what: str) -> DoorFault:
        return DoorFault(Fault.TIMEOUT, f"{what} within {self.seconds:g} s", sent=self._sending)
