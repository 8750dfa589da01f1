"""The work of the hub's thread: wait for a bell, look, and tell."""

import asyncio
import contextlib
import logging
import selectors
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from audits.live import sse
from audits.live.bells import ANYTHING, Bell
from audits.live.source import RIGHTS, News
from audits.live.viewers import BEAT_SECONDS, Viewer

if TYPE_CHECKING:
    from audits.live.hub import Hub

logger = logging.getLogger(__name__)

RECHECK_SECONDS = 2
# After the last viewer; until then whoever reloads a page finds the thread still running.
LINGER_SECONDS = 30
# Between two turns, in which the pages of this process and the loop have their turn.
BREATH_SECONDS = 0.002


class Pump:
    """Turn after turn, until nobody has looked for a while."""

    def __init__(self, hub: "Hub", bell: Bell) -> None:
        self.hub = hub
        self.bell = bell
        self.source = hub.source
        self.recheck_at = self.beat_at = 0.0
        self.alone_since = 0.0

    def run(self) -> None:
        while not self.hub.is_stopping:
            self._wait()
            arrivals, departures, rung = self.hub.take_changes()
            rung |= self.bell.heard()
            if self.hub.is_stopping or self._is_idle():
                break
            try:
                self._greet(arrivals, departures)
                self._turn(rung)
            except Exception:
                # A database that is away, most of the time: nobody is told anything until it is
                # back, and then all of it.
                logger.exception("Live updates are late.")
                self.source.rest()
                self.recheck_at = 0.0
                time.sleep(1)
        self._close()

    def _close(self) -> None:
        try:
            self.source.left(self.hub.everybody())
        except Exception:
            logger.warning("Who was here is known for a while yet: the database is away.")
        self.source.rest()

    def _wait(self) -> None:
        until = min(self.recheck_at, self.beat_at) - time.monotonic()
        if self.bell.every is not None:
            until = min(until, self.bell.every)
        with selectors.DefaultSelector() as selector:
            selector.register(self.hub.heard, selectors.EVENT_READ)
            if (file := self.bell.fileno()) is not None:
                selector.register(file, selectors.EVENT_READ)
            if until > 0:
                selector.select(until)
        time.sleep(BREATH_SECONDS)

    def _is_idle(self) -> bool:
        """Whether nobody has looked for a while."""
        now = time.monotonic()
        if self.hub.viewers:
            self.alone_since = now
        return now - self.alone_since > LINGER_SECONDS and not self.hub.departures

    def _greet(self, arrivals: list[Viewer], departures: list[Viewer]) -> None:
        """Keep the book of who is here; the others' news wait for no lock of it."""
        now = time.monotonic()
        try:
            if departures:
                self.source.left(departures)
            if here := [viewer for viewer in arrivals if viewer.stream in self.hub.viewers]:
                self.source.arrived(here)
            if now >= self.beat_at:
                self.source.beat(self.hub.everybody())
        except Exception as fault:
            logger.warning("Who is here will be known later: %s", fault)
            # Whatever the connection was at, it holds no lock meanwhile.
            self.source.rest()
            self.hub.put_back(arrivals, departures)
            self.beat_at = now + RECHECK_SECONDS
        self.beat_at = now + BEAT_SECONDS if now >= self.beat_at else self.beat_at

    def _turn(self, rung: set[str]) -> None:
        now = time.monotonic()
        everything = now >= self.recheck_at or bool({ANYTHING, RIGHTS} & rung)
        if everything:
            self.recheck_at = now + RECHECK_SECONDS
        viewers = self.hub.everybody()
        if not everything:
            viewers = [viewer for viewer in viewers if viewer.topic in rung]
        if viewers:
            self._tell(viewers, everything)

    def _tell(self, viewers: list[Viewer], everything: bool) -> None:
        """Rights are looked at after what is told was read: whoever has them then had them for
        all of it."""
        news = self.source.news(_free(viewers))
        told = viewers if everything else [each for entry in news for each in entry.viewers]
        gone = self.source.gone(told) if told else {}
        for viewer, why in gone.items():
            viewer.is_busy = True
            on_their_loop(viewer, viewer.give, sse.message("gone", {"why": why}), True)
        for loop, batch in _by_loop(news, gone).items():
            with contextlib.suppress(RuntimeError):  # a loop that is closed has no viewers
                loop.call_soon_threadsafe(_give, batch)


def _free(viewers: Iterable[Viewer]) -> list[Viewer]:
    """Those who have been sent what they were given; the others are told when they have."""
    free = []
    for viewer in viewers:
        viewer.has_missed = True
        if not viewer.is_busy and not viewer.is_over:
            viewer.has_missed = False
            free.append(viewer)
    return free


def _by_loop(news: list[News], gone: dict[Viewer, str]) -> dict:
    """What is given on each loop, marked as seen."""
    batches: dict[asyncio.AbstractEventLoop, list[tuple[bytes, list[Viewer]]]] = defaultdict(list)
    for entry in news:
        by_loop = defaultdict(list)
        for viewer in entry.viewers:
            if viewer not in gone and viewer.loop is not None:
                for name, mark in entry.marks.items():
                    setattr(viewer, name, mark)
                viewer.is_busy = True
                by_loop[viewer.loop].append(viewer)
        for loop, viewers in by_loop.items():
            batches[loop].append((entry.data, viewers))
    return batches


def _give(batch: list[tuple[bytes, list[Viewer]]]) -> None:
    for data, viewers in batch:
        for viewer in viewers:
            viewer.give(data)


def on_their_loop(viewer: Viewer, act: Callable[..., None], *arguments: object) -> None:
    if viewer.loop is not None:
        with contextlib.suppress(RuntimeError):
            viewer.loop.call_soon_threadsafe(act, *arguments)
