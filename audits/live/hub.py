"""One thread a process that looks for all of its viewers; docs/decisions/0012 says why."""

import asyncio
import contextlib
import logging
import os
import threading
import uuid
from collections.abc import AsyncGenerator, Callable

from audits.live.bells import Bell
from audits.live.pump import Pump, on_their_loop
from audits.live.source import Source
from audits.live.viewers import Viewer

logger = logging.getLogger(__name__)

HUBS: list["Hub"] = []


def stop_all() -> None:
    """Of this process, which is about to end."""
    for hub in HUBS:
        hub.stop()


class Hub:
    """Viewers of this process, and the thread that tells them what is new."""

    def __init__(self, source: Source, bell: Callable[[], Bell]) -> None:
        self.source = source
        self.make_bell = bell
        self.lock = threading.Lock()
        self.viewers: dict[uuid.UUID, Viewer] = {}
        self.arrivals: list[Viewer] = []
        self.departures: list[Viewer] = []
        self.rung: set[str] = set()
        self.thread: threading.Thread | None = None
        self.is_stopping = False
        self.waker, self.heard = -1, -1
        HUBS.append(self)

    def __len__(self) -> int:
        return len(self.viewers)

    def everybody(self) -> list[Viewer]:
        with self.lock:
            return list(self.viewers.values())

    def held_by(self, guest: uuid.UUID) -> int:
        """How many streams of that guest are open."""
        claims = [viewer.claim for viewer in self.everybody()]
        return sum(claim.user is None and claim.participant == guest for claim in claims)

    # On the event loop

    async def follow(self, viewer: Viewer) -> AsyncGenerator[bytes, None]:
        """What the viewer is to be sent, until they go or are told to."""
        viewer.loop = asyncio.get_running_loop()
        if self.is_stopping:
            return
        self._join(viewer)
        try:
            while data := await viewer.next():
                yield data
                viewer.is_busy = False
                if viewer.has_missed:
                    viewer.has_missed = False
                    self.ring(viewer.topic)
        finally:
            self._leave(viewer)

    def _join(self, viewer: Viewer) -> None:
        with self.lock:
            self.viewers[viewer.stream] = viewer
            self.arrivals.append(viewer)
            if self.thread is None:
                self.heard, self.waker = os.pipe()
                os.set_blocking(self.heard, False)
                os.set_blocking(self.waker, False)
                self.thread = threading.Thread(target=self._run, name="live", daemon=True)
                self.thread.start()
        self.ring(viewer.topic)

    def _leave(self, viewer: Viewer) -> None:
        with self.lock:
            if self.viewers.pop(viewer.stream, None):
                self.departures.append(viewer)
                self._wake()

    # From any thread

    def ring(self, topic: str) -> None:
        """Look now. Cheap, and of no effect where nobody looks."""
        with self.lock:
            if self.thread is not None:
                self.rung.add(topic)
                self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # as full as that, it wakes them anyway
            os.write(self.waker, b".")

    def stop(self) -> None:
        """End all streams, for good: clients come back, to whoever serves then."""
        with self.lock:
            self.is_stopping = True
            viewers = list(self.viewers.values())
            if self.thread is not None:
                self._wake()
        for viewer in viewers:
            on_their_loop(viewer, viewer.end)

    # In the thread

    def _run(self) -> None:
        bell = self.make_bell()
        try:
            Pump(self, bell).run()
        except Exception:
            logger.exception("Live updates stopped; streams end, and clients come back.")
        finally:
            bell.close()
            self._retire()

    def _retire(self) -> None:
        with self.lock:
            os.close(self.waker)
            os.close(self.heard)
            # Whoever leaves after this must not wake what has these numbers by then: a number is
            # given out again, to a socket or to the database's file.
            self.waker, self.heard = -1, -1
            self.thread = None
            left = list(self.viewers.values())
        for viewer in left:
            on_their_loop(viewer, viewer.end)

    def take_changes(self) -> tuple[list[Viewer], list[Viewer], set[str]]:
        with self.lock, contextlib.suppress(BlockingIOError):
            os.read(self.heard, 65_536)
        with self.lock:
            changes = self.arrivals, self.departures, self.rung
            self.arrivals, self.departures, self.rung = [], [], set()
        return changes

    def put_back(self, arrivals: list[Viewer], departures: list[Viewer]) -> None:
        with self.lock:
            self.arrivals[:0], self.departures[:0] = arrivals, departures
