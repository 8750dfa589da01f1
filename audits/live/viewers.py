"""Who looks, by what right, and how far they have been told."""

import asyncio
import enum
import time
import uuid
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from audits.live import sse

BEAT_SECONDS = 15


class Kind(enum.Enum):
    AUDIT = "audit"
    REVIEW = "review"


@dataclass(frozen=True)
class Claim:
    """Who looks, by what right, as it was when they came. None of it is looked up again but by
    the keys that stand here, so that no session and no request lives as long as a stream."""

    session: str
    user: int | None = None
    # Of the password that the session was opened with.
    password: bytes = b""
    # In a room; of a guest with the number of the link.
    participant: uuid.UUID | None = None
    link: int = 0


@dataclass(eq=False, slots=True)
class Viewer:
    """Somebody who looks at something, and how far they have been told.

    At most one message is on its way to each: who reads slowly is told the more at once the next
    time, and costs no memory in the meantime.
    """

    kind: Kind
    audit: uuid.UUID
    claim: Claim
    # Whose controls their HTML has.
    variant: str
    # What they have seen, whatever it is that tells one state from the next.
    seen: Any
    review: uuid.UUID | None = None
    # Who else is here, as they were told.
    company: Hashable = None
    stream: uuid.UUID = field(default_factory=uuid.uuid4)
    loop: asyncio.AbstractEventLoop | None = None
    waiting: asyncio.Future | None = None
    pending: bytes = b""
    # Set by whoever gives them a message, and unset when it was sent.
    is_busy: bool = False
    # Something happened while they were.
    has_missed: bool = False
    is_over: bool = False
    since: float = field(default_factory=time.monotonic)

    @property
    def topic(self) -> str:
        return topic(self.kind, self.review or self.audit)

    def give(self, data: bytes, last: bool = False) -> None:
        """On their loop: have it sent. What is the last leaves nothing that was still to come."""
        if not self.is_over:
            self.pending = data if last else self.pending + data
            self.is_over = last
            self._wake()

    def end(self) -> None:
        """On their loop: the stream ends, and what was still to come does not."""
        self.give(b"", True)

    def _wake(self) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(None)

    async def next(self) -> bytes:
        """What is to be sent now, be it a sign of life; nothing when the stream is over."""
        if not self.pending and not self.is_over:
            self.waiting = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(BEAT_SECONDS):
                    await self.waiting
            except TimeoutError:
                return sse.BEAT
            finally:
                self.waiting = None
        data, self.pending = self.pending, b""
        return data


def topic(kind: Kind, pk: uuid.UUID) -> str:
    return f"{kind.value}:{pk}"
