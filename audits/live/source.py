"""What the hub asks about the world."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol

from audits.live.viewers import Viewer

# A topic about who may see what: everybody's rights are looked at again.
RIGHTS = "rights"


@dataclass
class News:
    """A message for these viewers, and what is to be remembered of them with it."""

    data: bytes
    viewers: list[Viewer]
    marks: dict[str, Hashable]


class Source(Protocol):
    """What the hub asks about the world; all of it in the hub's own thread."""

    def news(self, viewers: list[Viewer]) -> list[News]:
        """What these have not seen yet."""

    def gone(self, viewers: list[Viewer]) -> dict[Viewer, str]:
        """Who may look no longer, and why; the others' variants are as they are now."""

    def arrived(self, viewers: list[Viewer]) -> None: ...

    def left(self, viewers: list[Viewer]) -> None: ...

    def beat(self, viewers: list[Viewer]) -> None:
        """Called every 15 s, with all that look."""

    def rest(self) -> None:
        """Let go of what is held open, since nobody looks any more."""
