"""The levels of a PAdES signature (ETSI EN 319 142-1) that reports are sealed with."""

from typing import Literal

# Signed; time-stamped; with all that validates it for the long term.
Level = Literal["B-B", "B-T", "B-LTA"]
LEVELS: tuple[Level, ...] = ("B-B", "B-T", "B-LTA")
