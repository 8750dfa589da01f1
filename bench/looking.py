"""python -m bench.looking: a process that looks on at many streams at once, and changes something
now and then; one job a line as JSON in, its result out.

A job opens `viewers` streams, each with a cookie of its own, sends the forms one after the other,
and notes for each viewer how long after sending a message of the kind `event` was whole in their
stream. A job without forms leaves the streams open for `rest` seconds, which are told when they
begin and end.
"""

import asyncio
import json
import sys
import time

from bench.http import request

BEGUN = b"event: hello"
PATIENCE_S = 30
AT_ONCE = 20


class Viewer(asyncio.Protocol):
    """One stream; what came is looked at and thrown away."""

    def __init__(self, crowd: "Crowd") -> None:
        self.crowd = crowd
        self.data = bytearray()
        self.began = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self.data += data
        while (end := self.data.find(b"\n\n")) >= 0:
            message = bytes(self.data[:end])
            del self.data[: end + 2]
            if BEGUN in message and not self.began.done():
                self.began.set_result(None)
            elif self.crowd.event in message:
                self.crowd.seen(now)

    def connection_lost(self, _fault: Exception | None) -> None:
        self.crowd.lost += 1
        if not self.began.done():
            self.began.set_exception(ConnectionError(bytes(self.data[:300]).decode()))


class Crowd:
    """All who look on, and what they saw of the change that was made last."""

    def __init__(self, job: dict) -> None:
        self.job = job
        self.event = f"event: {job['event']}\n".encode()
        self.sent = 0.0
        self.times: list[float] = []
        self.missed = 0
        self.lost = 0
        self.all_have = asyncio.Event()
        self.left = 0
        self.transports: list[asyncio.Transport] = []

    def seen(self, now: float) -> None:
        if self.left:
            self.times.append((now - self.sent) * 1000)
            self.left -= 1
            if not self.left:
                self.all_have.set()

    async def open(self) -> None:
        gate = asyncio.Semaphore(AT_ONCE)

        async def come_in(number: int) -> None:
            async with gate:
                transport, viewer = await asyncio.get_running_loop().create_connection(
                    lambda: Viewer(self), "127.0.0.1", self.job["port"]
                )
                self.transports.append(transport)
                cookies = self.job["cookies"][number % len(self.job["cookies"])]
                transport.write(
                    request("GET", self.job["path"], cookies=cookies, port=self.job["port"])
                )
                await asyncio.wait_for(viewer.began, PATIENCE_S)

        await asyncio.gather(*(come_in(number) for number in range(self.job["viewers"])))

    async def change(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.job["port"])
        for step in self.job["steps"]:
            self.left = self.job["viewers"]
            self.all_have.clear()
            data = request(
                "POST",
                step["path"],
                cookies=self.job["author"],
                form=step["form"],
                headers=self.job["headers"],
                port=self.job["port"],
            )
            self.sent = time.perf_counter()
            writer.write(data)
            await _answer(reader)
            try:
                await asyncio.wait_for(self.all_have.wait(), PATIENCE_S)
            except TimeoutError:
                self.missed += self.left
                self.left = 0
            await asyncio.sleep(self.job["pause"])
        writer.close()

    def close(self) -> None:
        for transport in self.transports:
            transport.abort()


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if head[9:12] not in (b"200", b"204"):
        raise RuntimeError(f"a change was refused: {head[:200]!r}")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.partition(b":")[2]))


async def run(job: dict) -> dict:
    crowd = Crowd(job)
    try:
        await crowd.open()
        await asyncio.sleep(job["settle"])
        if job["steps"]:
            await crowd.change()
        else:
            print(json.dumps({"open": len(crowd.transports)}), flush=True)
            await asyncio.sleep(job["rest"])
    finally:
        lost = crowd.lost
        crowd.close()
    return {"ms": crowd.times, "missed": crowd.missed, "lost": lost}


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(asyncio.run(run(json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
