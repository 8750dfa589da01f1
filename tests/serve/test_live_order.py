"""Eight write, twenty read: everybody ends with the same, and had each event once and in order."""

import os
import random
import threading
import time

import pytest

from tests.serve.acting import Actor
from tests.serve.streaming import Stream, get, rows_of

WRITERS, READERS, WRITES_EACH = 8, 20, 12
# Redis rings where there is one; without, the database does.
BELLS = [{}, {"REDIS_URL": ""}] if os.environ.get("REDIS_URL") else [{}]


class Reader(threading.Thread):
    """Looks on as a page does: what it has is the rows, and the number of the last event. The
    `restless` drop their connection now and then, and stay away for a while."""

    def __init__(self, url: str, audit: str, session: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.url, self.audit, self.session = url, audit, session
        self.luck = random.Random(seed)
        self.restless = seed % 2 == 1
        self.number = 0
        self.numbers: list[int] = []
        self.skipped: list[int] = []
        self.rows: dict[str, list] = {}
        self.until: int | None = None
        self.stream: Stream | None = None
        self.fault: Exception | None = None

    def run(self) -> None:
        try:
            while not self.is_done:
                self.look_on()
                time.sleep(self.luck.random() if self.restless else 0)
        except Exception as fault:
            self.fault = fault

    def finish(self, last: int) -> None:
        """Let them look on until they have that event, and no longer."""
        self.until = last
        deadline = time.monotonic() + 60
        while not self.is_done and self.is_alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        if self.stream:
            self.stream.shut()
        self.join(10)

    @property
    def is_done(self) -> bool:
        return self.until is not None and self.number >= self.until

    def look_on(self) -> None:
        self.stream = stream = Stream(
            self.url, f"/live/audits/{self.audit}/", self.session, self.number
        )
        assert stream.status == 200
        left = self.luck.randint(2, 8) if self.restless else 10_000
        while left and not self.is_done:
            message = stream.next(within=60)
            if message is None:
                break
            left -= 1
            if message.event == "changes":
                self.numbers += [event["number"] for event in message.data["events"]]
                self.rows |= rows_of(message.data["html"])
                self.number = message.number
            elif message.event == "refetch":
                self.refetch(message.number)
        stream.close()

    def refetch(self, number: int) -> None:
        self.skipped += range(self.number + 1, number + 1)
        status, html = get(self.url, f"/audits/{self.audit}/", self.session)
        assert status == 200
        self.rows |= rows_of(html)
        self.number = number


@pytest.mark.slow
@pytest.mark.parametrize("bell", BELLS, ids=lambda bell: "without Redis" if bell else "as it is")
def test_all_readers_end_with_the_same_and_had_each_event_once(serve, installation, bell):
    served = serve(**bell)
    served.wait_until_ready()
    actors = [Actor(installation | bell) for _ in range(2)]
    staged = actors[0].do("stage", WRITERS)
    readers = [
        Reader(served.url, staged["audit"], staged["sessions"][number % WRITERS], number)
        for number in range(READERS)
    ]
    for reader in readers:
        reader.start()

    for number, actor in enumerate(actors):
        actor.begin("write", staged["audit"], staged["users"][number::2], WRITES_EACH)
    for actor in actors:
        actor.end()
    last = actors[0].do("events", staged["audit"])
    for reader in readers:
        reader.finish(last)

    answers = actors[0].do("answers", staged["audit"])
    for actor in actors:
        actor.close()
    # But for what a loaded machine does: a bell that does not answer within its half second.
    assert "Live updates are late." not in served.text
    assert last > WRITERS * WRITES_EACH / 2  # two who do the same at once did it once
    for reader in readers:
        assert reader.fault is None
        assert reader.numbers == sorted(reader.numbers)
        assert sorted(reader.numbers + reader.skipped) == list(range(1, last + 1))
        assert reader.rows == {pk: answers[pk] for pk in reader.rows}
        assert {pk for pk, (_, version) in answers.items() if version > 1} <= set(reader.rows)
