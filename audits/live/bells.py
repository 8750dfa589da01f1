"""What wakes whoever waits for news: a bell carries topics, never content. One that is missed
costs a moment and loses nothing, since whoever waits looks for themselves every two seconds.

Those of servers are in modules of their own, which load what talks to them."""

import contextlib
import logging
import os
import sqlite3
import time
import uuid
from functools import cache
from typing import Any, Protocol

logger = logging.getLogger(__name__)

# Something happened, and nobody knows what.
ANYTHING = "*"
RETRY_SECONDS = 2
POLL_SECONDS = 0.05


def ringer() -> str:
    """Who rings: this process, told apart from those of other machines, whose numbers are the same
    in containers."""
    return _name_of(os.getpid())


@cache
def _name_of(_pid: int) -> str:
    return uuid.uuid4().hex


class Bell(Protocol):
    """`every` is after how many seconds to ask it anyway; None where its file tells."""

    every: float | None

    def fileno(self) -> int | None:
        """What becomes readable when it rings."""

    def heard(self) -> set[str]:
        """The topics that were rung since the last time."""

    def close(self) -> None: ...


class DatabaseFile:
    """SQLite's own: a number that changes with every commit of any other connection."""

    every: float | None = POLL_SECONDS

    def __init__(self, path: str) -> None:
        self.path = path
        self.connection: sqlite3.Connection | None = None
        self.version = 0

    def fileno(self) -> None:
        return None

    def heard(self) -> set[str]:
        before = self.version
        try:
            if self.connection is None:
                self.connection = sqlite3.connect(self.path, isolation_level=None)
            (self.version,) = self.connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            self.close()
            return {ANYTHING}
        return {ANYTHING} if self.version != before else set()

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Wire:
    """A connection to a server that rings; made anew, now and then, while it is broken."""

    every: float | None = None
    faults: tuple[type[Exception], ...]

    def __init__(self) -> None:
        self.connection: Any = None
        self.tries_at = 0.0

    def open(self) -> Any:
        raise NotImplementedError

    def read(self) -> list[str]:
        raise NotImplementedError

    def number(self) -> int:
        raise NotImplementedError

    def fileno(self) -> int | None:
        if self.connection is None and time.monotonic() >= self.tries_at:
            try:
                self.connection = self.open()
                logger.info("Live updates are rung for by %s.", type(self).__name__)
            except self.faults as fault:
                self._lost(fault)
        # Redis's loses its connection silently.
        lost: tuple[type[Exception], ...] = (*self.faults, AttributeError)
        try:
            return self.number() if self.connection is not None else None
        except lost as fault:
            self._lost(fault)
            return None

    def heard(self) -> set[str]:
        if self.connection is None:
            return set()
        try:
            rung = self.read()
        except self.faults as fault:
            self._lost(fault)
            return {ANYTHING}
        mine = f"{ringer()}."
        return {topic.partition(".")[2] for topic in rung if not topic.startswith(mine)}

    def _lost(self, fault: Exception) -> None:
        logger.warning("Live updates are late while their bell is broken: %s", fault)
        self.close()
        self.tries_at = time.monotonic() + RETRY_SECONDS

    def close(self) -> None:
        if self.connection is not None:
            with contextlib.suppress(*self.faults):
                self.connection.close()
            self.connection = None
