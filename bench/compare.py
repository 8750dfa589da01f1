"""Floor and product in turns, so that a busy moment of the machine falls on both."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any, Protocol

from bench.processes import PROJECT, Process
from bench.sizes import CLIENTS, Sizes

WARM_UP = 3


class Server(Protocol):
    """What a party is asked at."""

    process: Process
    port: int
    headers: list[str]
    cookies: list[dict[str, str]]


@dataclass
class Party:
    """One side of a comparison: `steps` has one list for all clients, or one for each.

    `expected` is the status of a good answer; `refresh` makes the steps anew before a chunk.
    """

    name: str
    server: Any
    steps: list[list[dict]] = field(default_factory=list)
    expected: int = 200
    refresh: Any = None
    chunks: dict[int, list[dict]] = field(default_factory=lambda: {1: [], CLIENTS: []})


class Client:
    """`bench.client` in a process of its own."""

    def __init__(self) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-S", "-m", "bench.client"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, party: Party, clients: int, seconds: float, at_least: int) -> dict:
        """A chunk: what `bench.client` tells, and the CPU that the server took, in seconds."""
        if party.refresh:
            party.steps = party.refresh(clients)
        server = party.server
        job = {
            "port": server.port,
            "headers": server.headers,
            "cookies": server.cookies,
            "steps": party.steps,
            "clients": clients,
            "warm_up": WARM_UP,
            "for_seconds": seconds,
            "at_least": at_least,
        }
        before = server.process.cpu_seconds()
        self.popen.stdin.write(json.dumps(job) + "\n")
        self.popen.stdin.flush()
        line = self.popen.stdout.readline()
        if not line:
            raise RuntimeError(f"The client gave up while it asked {party.name}.")
        chunk = json.loads(line)
        answered = len(chunk["ms"]) + WARM_UP
        chunk["cpu_ms"] = (server.process.cpu_seconds() - before) * 1000 / answered
        return chunk

    def stop(self) -> None:
        self.popen.stdin.close()
        self.popen.wait(10)


def in_turns(client: Client, parties: list[Party], sizes: Sizes, at_least: int = 5) -> None:
    """Fill the parties' chunks."""
    for _ in range(sizes.rounds):
        for party in parties:
            party.chunks[1].append(client.run(party, 1, sizes.alone_seconds, at_least))
        for party in parties:
            chunk = client.run(party, CLIENTS, sizes.together_seconds, CLIENTS)
            party.chunks[CLIENTS].append(chunk)


def figures(party: Party) -> dict[str, float]:
    """Of all rounds together: times in ms, CPU in ms an answer."""
    times = sorted(ms for chunk in party.chunks[1] for ms in chunk["ms"])
    crowd = party.chunks[CLIENTS]
    return {
        "p50_ms": round(median(times), 3),
        "p95_ms": round(p95(times), 3),
        "per_second": round(
            sum(len(chunk["ms"]) for chunk in crowd) / sum(chunk["seconds"] for chunk in crowd), 1
        ),
        "cpu_ms": round(median(chunk["cpu_ms"] for chunk in party.chunks[1]), 3),
        "answers": len(times) + sum(len(chunk["ms"]) for chunk in crowd),
        "bytes": party.chunks[1][-1]["bytes"],
        "failures": sum(failures(party, chunk) for chunk in party.chunks[1] + crowd),
    }


def ratios(party: Party, floor: Party) -> dict[str, float]:
    """`party` to `floor`: the median of the rounds' ratios, each of two neighbours in time."""

    def over_rounds(clients: int, value: Any) -> float:
        pairs = zip(party.chunks[clients], floor.chunks[clients], strict=True)
        return round(median(value(mine) / value(theirs) for mine, theirs in pairs), 3)

    return {
        "p50": over_rounds(1, lambda chunk: median(chunk["ms"])),
        "p95": over_rounds(1, lambda chunk: p95(chunk["ms"])),
        "cpu": over_rounds(1, lambda chunk: max(chunk["cpu_ms"], 0.001)),
        "per_second": over_rounds(CLIENTS, lambda chunk: len(chunk["ms"]) / chunk["seconds"]),
    }


def failures(party: Party, chunk: dict) -> int:
    return sum(n for status, n in chunk["statuses"].items() if int(status) != party.expected)


def p95(times: list[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]
