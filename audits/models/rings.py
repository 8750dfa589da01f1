"""Telling that something changed, after it did, to all who look; see audits/live/.

A ring carries a topic and no content: who hears it reads for themselves, by their own rights.
"""

import uuid
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from audits.live.bells import ringer
from audits.live.source import RIGHTS
from audits.live.viewers import Kind, topic

if TYPE_CHECKING:
    from audits.live.redis_bells import Publisher

# Two installations may share a Redis, and have queues of their own then.
CHANNEL = f"live:{settings.CELERY_TASK_DEFAULT_QUEUE}"[:60]

_listeners: list[Callable[[str], None]] = []


def hear(listener: Callable[[str], None]) -> None:
    """Have the viewers of this very process told without a detour."""
    _listeners.append(listener)


def audit(pk: uuid.UUID) -> None:
    """Something happened in the audit."""
    after_commit(topic(Kind.AUDIT, pk))


def review(pk: uuid.UUID) -> None:
    """Something happened in the meeting."""
    after_commit(topic(Kind.REVIEW, pk))


def rights() -> None:
    """Somebody may see less than before, or more."""
    after_commit(RIGHTS)


def after_commit(name: str) -> None:
    """Ring once for each topic of a transaction, when it is there for others to see."""
    waiting = (entry[1] for entry in connection.run_on_commit)
    if Ring(name) not in waiting:
        transaction.on_commit(Ring(name))


class Ring:
    """One ring; two of the same topic are one."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ring) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __call__(self) -> None:
        for listener in _listeners:
            listener(self.name)
        if settings.REDIS_URL:
            _publisher().ring(self.name)
        elif connection.vendor == "postgresql":
            _notify(self.name)


@cache
def _publisher() -> "Publisher":
    from audits.live.redis_bells import Publisher

    return Publisher(CHANNEL, settings.REDIS_URL)


def _notify(name: str) -> None:
    """After the transaction and not within: until a commit that notifies is on disk, PostgreSQL
    lets no other of the kind begin."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{ringer()}.{name}"])
    except DatabaseError:
        # What was changed is stored; who looks finds it within two seconds.
        pass
