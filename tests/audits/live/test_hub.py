"""One thread tells all viewers what they lack, and nobody what they may not know."""

import asyncio
import contextlib
import threading
import uuid

import pytest

from audits.live import sse
from audits.live.hub import Hub
from audits.live.source import RIGHTS, News
from audits.live.viewers import Claim, Kind, Viewer
from tests.loops import run

AUDIT = uuid.uuid4()
MOMENT = 30


class World:
    """A source: of the audit there is a number, and some have lost their right."""

    def __init__(self) -> None:
        self.number = 0
        self.lost: set[str] = set()
        self.here: set[str] = set()
        self.renderings = 0
        self.faults = 0
        self.refusals = 0
        self.rests = 0
        self.threads: set[int] = set()

    def news(self, viewers):
        self.threads.add(threading.get_ident())
        if self.faults:
            self.faults -= 1
            raise OSError("the database is away")
        behind = [viewer for viewer in viewers if viewer.seen != self.number]
        if not behind:
            return []
        self.renderings += 1
        data = sse.message("changes", {"to": self.number}, number=self.number)
        return [News(data, behind, {"seen": self.number})]

    def gone(self, viewers):
        return {viewer: "access" for viewer in viewers if viewer.claim.session in self.lost}

    def arrived(self, viewers):
        if self.refusals:
            self.refusals -= 1
            raise RuntimeError("database is locked")
        self.here |= {viewer.claim.session for viewer in viewers}

    def left(self, viewers):
        self.here -= {viewer.claim.session for viewer in viewers}

    def beat(self, viewers):
        pass

    def rest(self):
        self.rests += 1


class Quiet:
    """A bell that never rings: what is found is rung for in the process, or found by looking."""

    every = None

    def fileno(self):
        return None

    def heard(self):
        return set()

    def close(self):
        pass


@pytest.fixture
def world():
    return World()


@pytest.fixture
def hub(world):
    hub = Hub(world, Quiet)
    yield hub
    hub.stop()


def viewer(name: str = "a", seen: int = 0) -> Viewer:
    return Viewer(Kind.AUDIT, AUDIT, Claim(name), "editor", seen=seen)


async def told(stream) -> bytes:
    async with asyncio.timeout(MOMENT):
        return await anext(stream)


def change(hub, world) -> None:
    world.number += 1
    hub.ring(f"audit:{AUDIT}")


def test_what_happened_is_told_to_all_and_made_once(hub, world):
    async def look():
        async with contextlib.AsyncExitStack() as stack:
            streams = [
                await stack.enter_async_context(contextlib.aclosing(hub.follow(viewer(str(n)))))
                for n in range(50)
            ]
            waiting = [asyncio.create_task(told(stream)) for stream in streams]
            while len(hub) < 50:
                await asyncio.sleep(0.01)
            world.renderings = 0
            change(hub, world)
            return await asyncio.gather(*waiting)

    answers = run(look())

    assert set(answers) == {b'id: 1\nevent: changes\ndata: {"to":1}\n\n'}
    assert world.renderings == 1
    assert len(world.threads) == 1


def test_who_comes_late_is_told_what_they_lack_without_a_ring(hub, world):
    world.number = 7

    async def look():
        async with contextlib.aclosing(hub.follow(viewer(seen=3))) as stream:
            return await told(stream)

    assert b"id: 7\n" in run(look())


def test_who_reads_slowly_gets_the_rest_at_once_and_no_more_is_kept_for_them(hub, world):
    slow = viewer()

    async def look():
        async with contextlib.aclosing(hub.follow(slow)) as stream:
            waiting = asyncio.create_task(told(stream))
            await asyncio.sleep(0.05)
            change(hub, world)
            first = await waiting
            for _ in range(5):
                change(hub, world)
                await asyncio.sleep(0.05)
            kept = slow.pending
            return first, kept, await told(stream)

    first, kept, second = run(look())

    assert (first.count(b"event"), kept) == (1, b"")
    assert second == b'id: 6\nevent: changes\ndata: {"to":6}\n\n'


def test_who_lost_the_right_is_told_that_and_nothing_else(hub, world):
    async def look():
        async with contextlib.aclosing(hub.follow(viewer("mallory"))) as stream:
            waiting = asyncio.create_task(told(stream))
            await asyncio.sleep(0.05)
            world.lost = {"mallory"}
            change(hub, world)
            last = await waiting
            return last, [chunk async for chunk in stream]

    last, more = run(look())

    assert last == b'event: gone\ndata: {"why":"access"}\n\n'
    assert more == []


def test_lost_right_is_found_where_nothing_else_happens(hub, world):
    async def look():
        async with contextlib.aclosing(hub.follow(viewer("mallory"))) as stream:
            waiting = asyncio.create_task(told(stream))
            await asyncio.sleep(0.05)
            world.lost = {"mallory"}
            hub.ring(RIGHTS)
            return await waiting

    assert b"event: gone" in run(look())


def test_change_that_nobody_rang_for_is_found(hub, world):
    async def look():
        async with contextlib.aclosing(hub.follow(viewer())) as stream:
            waiting = asyncio.create_task(told(stream))
            await asyncio.sleep(0.05)
            world.number = 1
            return await waiting

    assert b"id: 1\n" in run(look())


def test_database_that_is_away_ends_no_stream(hub, world):
    async def look():
        async with contextlib.aclosing(hub.follow(viewer())) as stream:
            world.faults = 1
            waiting = asyncio.create_task(told(stream))
            await asyncio.sleep(0.05)
            change(hub, world)
            return await waiting

    assert b"id: 1\n" in run(look())


def test_company_is_kept_of_those_who_look(hub, world):
    async def look():
        async with contextlib.aclosing(hub.follow(viewer("ed"))) as stream:
            waiting = asyncio.create_task(told(stream))
            while not world.here:
                await asyncio.sleep(0.01)
            here = set(world.here)
            change(hub, world)
            await waiting
        while world.here:
            await asyncio.sleep(0.01)
        return here

    assert run(look()) == {"ed"}


def test_who_leaves_after_the_thread_wakes_nobody_else(hub, monkeypatch):
    """The number of a pipe that was closed may be that of the database's file by then."""
    gone = viewer()

    async def look():
        async with contextlib.aclosing(hub.follow(gone)) as stream:
            waiting = asyncio.create_task(anext(stream, None))
            while hub.waker < 0:
                await asyncio.sleep(0.01)
            thread, pipe = hub.thread, hub.waker
            hub.stop()
            await waiting
            await asyncio.to_thread(thread.join, MOMENT)
            written = []
            monkeypatch.setattr("os.write", lambda file, _: written.append(file))
        return pipe, written

    pipe, written = run(look())
    assert pipe >= 0
    assert pipe not in written


def test_book_that_could_not_be_kept_is_kept_later_and_holds_nothing_until_then(hub, world):
    world.refusals = 1

    async def look():
        async with contextlib.aclosing(hub.follow(viewer("alice"))) as stream:
            waiting = asyncio.create_task(told(stream))
            while not world.here:
                await asyncio.sleep(0.01)
            rests = world.rests
            change(hub, world)
            await waiting
            return rests

    assert run(look()) == 1
    assert world.refusals == 0


def test_end_of_the_server_ends_all_streams(hub):
    async def look():
        async with contextlib.aclosing(hub.follow(viewer())) as stream:
            waiting = asyncio.create_task(anext(stream, None))
            await asyncio.sleep(0.05)
            hub.stop()
            async with asyncio.timeout(MOMENT):
                return await waiting, [chunk async for chunk in hub.follow(viewer())]

    assert run(look()) == (None, [])
