"""Which proposals a request outdated, for whoever has to say so to the person who sent it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

_ended: ContextVar[list[UUID] | None] = ContextVar("outdated_rounds", default=None)


@contextmanager
def noted() -> Iterator[list[UUID]]:
    """The primary keys of the rounds that are outdated inside. A transaction that was rolled back
    leaves its own there too: ask the rounds for their state."""
    ended: list[UUID] = []
    token = _ended.set(ended)
    try:
        yield ended
    finally:
        _ended.reset(token)


def note(pk: UUID) -> None:
    ended = _ended.get()
    if ended is not None:
        ended.append(pk)
