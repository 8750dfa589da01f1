"""python -m bench.client: a process that asks; one job a line as JSON in, its result out.

A job says how many clients ask at once, for how long, and what: `steps`, one list a client, gone
through again and again. A step is a path to get, or a form to post; where an answer holds the
form anew, that is what is sent the next time, as from a page in a browser.
"""

import json
import selectors
import sys
import time
from collections import Counter

from bench.forms import forms
from bench.http import Answer, Connection, Incoming, request


class Asker:
    """One client on its own connection."""

    def __init__(self, job: dict, number: int) -> None:
        self.port = job["port"]
        self.headers = job["headers"]
        self.cookies = job["cookies"][number % len(job["cookies"])]
        self.steps = job["steps"][number % len(job["steps"])]
        self.turn = number if len(job["steps"]) == 1 else 0
        self.connection = Connection(self.port)
        self.began = 0.0
        self.incoming = Incoming()

    def next(self) -> bytes:
        step = self.steps[self.turn % len(self.steps)]
        form = step.get("form")
        return request(
            "POST" if form is not None else "GET",
            step["path"],
            cookies=self.cookies,
            form=form,
            headers=self.headers,
            port=self.port,
        )

    def take(self, answer: Answer) -> None:
        """Go to the next step; a form that came back is sent as it is now."""
        step = self.steps[self.turn % len(self.steps)]
        if "form" in step and answer.status == 200:
            for found in forms(answer.body.decode(), step["path"]):
                step["form"] = found["form"]
        self.turn += 1

    def send(self) -> None:
        data = self.next()
        self.incoming = Incoming()
        self.began = time.perf_counter()
        self.connection.socket.sendall(data)


class Tally:
    """What came back."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.bytes = 0
        self.sample = ""

    def add(self, answer: Answer, seconds: float) -> None:
        self.times.append(round(seconds * 1000, 4))
        self.statuses[answer.status] += 1
        self.bytes = len(answer.body)
        if answer.status >= 400 and not self.sample:
            self.sample = answer.body[:2000].decode(errors="replace")

    def result(self, seconds: float) -> dict:
        return {
            "ms": self.times,
            "seconds": seconds,
            "statuses": dict(self.statuses),
            "bytes": self.bytes,
            "sample": self.sample,
        }


def run(job: dict) -> dict:
    askers = [Asker(job, 0)]
    try:
        for _ in range(job["warm_up"]):
            askers[0].take(askers[0].connection.send(askers[0].next()))
        # Not before: a server may close a connection that idles while others warm up.
        askers += [Asker(job, number) for number in range(1, job["clients"])]
        return alone(askers[0], job) if len(askers) == 1 else together(askers, job)
    finally:
        for asker in askers:
            asker.connection.close()


def alone(asker: Asker, job: dict) -> dict:
    tally, began = Tally(), time.perf_counter()
    while not over(job, began, len(tally.times)):
        data = asker.next()
        sent = time.perf_counter()
        answer = asker.connection.send(data)
        tally.add(answer, time.perf_counter() - sent)
        asker.take(answer)
    return tally.result(time.perf_counter() - began)


def together(askers: list[Asker], job: dict) -> dict:
    """One loop for all: eight threads would spend the servers' time on one another."""
    tally, selector = Tally(), selectors.DefaultSelector()
    began = time.perf_counter()
    for asker in askers:
        selector.register(asker.connection.socket, selectors.EVENT_READ, asker)
        asker.send()
    asking = len(askers)
    while asking:
        for key, _ in selector.select():
            asker = key.data
            if not asker.incoming.feed(key.fileobj.recv(262_144)):
                continue
            answer = asker.incoming.answer()
            tally.add(answer, time.perf_counter() - asker.began)
            asker.take(answer)
            if over(job, began, len(tally.times)):
                asking -= 1
                selector.unregister(key.fileobj)
            else:
                asker.send()
    return tally.result(time.perf_counter() - began)


def over(job: dict, began: float, answers: int) -> bool:
    return answers >= job["at_least"] and time.perf_counter() - began >= job["for_seconds"]


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
