"""The two sides of a stream whose times are known, in processes of their own.

`serve` prints its address and key, and for each line that it is given the times at which it sent
what was asked for: by the user id of a request, milliseconds since that came until its first delta
and its end. `ask URL KEY AT_ONCE CALLS` streams with the client of the probes, CALLS after one
another in each of AT_ONCE processes, and prints what it measured, by user id. They start one after
the other within one stream's time, as the scheduler's jitter would have it.
"""

import ipaddress
import json
import logging
import multiprocessing
import sys
import time
from decimal import Decimal
from multiprocessing.synchronize import Barrier

from audits.net.door import Door
from audits.probes import guards
from audits.probes.base import Credential, Key
from audits.probes.claude import Claude, Practice
from audits.probes.prices import Prices
from audits.probes.secrets import Secret
from audits.probes.windows import Limit
from audits.simulator.keys import key_named
from audits.simulator.mounts import Simulator
from audits.simulator.server import Thread, listen
from audits.simulator.world import ApiKey, Pace, World
from bench.processes import PROJECT

PACE = Pace(start_ms=100, first_ms=300, gap_ms=20)
MODEL = "claude-haiku-4-5-20251001"
everybody: Barrier


def serve() -> None:
    world = World(pace=lambda _: PACE, keeps_usage=False)
    world.add_key(ApiKey(key_named("bench"), "bench"))
    listener = listen()
    server = Thread(Simulator(world), listener)
    port = listener.getsockname()[1]
    tell({"url": f"http://127.0.0.1:{port}/claude", "key": key_named("bench")})
    for _ in sys.stdin:
        told = {}
        for seen in world.seen:
            marks = [seen.marks[name] for name in ("content_block_delta", "message_stop")]
            told[seen.json["metadata"]["user_id"]] = [(at - seen.at) * 1000 for at in marks]
        world.seen.clear()
        tell(told)
    server.close()


def ask(url: str, key: str, at_once: int, calls: int) -> dict[str, list[float]]:
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(at_once)
    with context.Pool(at_once, _meet, [ready]) as pool:
        asked = [(url, key, number, calls, number / at_once) for number in range(at_once)]
        groups = pool.starmap(_stream, asked, 1)
    return {user: times for group in groups for user, times in group.items()}


def _meet(ready: Barrier) -> None:
    global everybody
    everybody = ready


def _stream(url: str, key: str, number: int, calls: int, later: float) -> dict[str, list[float]]:
    claude = Claude(
        Door(private=[ipaddress.ip_network("127.0.0.0/8")]),
        api_url=url,
        keys=[Key("bench", Secret(key), "")],
        api_version="2023-06-01",
        credential=Credential.API_KEY,
        workspace_id="",
        guards=guards.in_memory(daily_cap=Decimal(10_000), limit=Limit(10**6, 10**9)),
        prices=Prices.load(PROJECT / "fixtures" / "prices.yaml"),
        settings=Practice(attempts=1),
    )
    taken = {}
    # The first one imports and opens what all later ones find there.
    for call in range(calls + 1):
        user = f"{number}-{call}"
        body = {"model": MODEL, "max_tokens": 256, "metadata": {"user_id": user}}
        told = claude.stream(body | {"messages": [{"role": "user", "content": "Hello."}]})
        if not told.ended_cleanly:
            raise RuntimeError(str(told.error))
        if call:
            taken[user] = [float(told.ttft_ms), float(told.total_ms)]
        else:
            everybody.wait()
            time.sleep(later * float(told.total_ms) / 1000)
    return taken


def tell(value: dict) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    if sys.argv[1] == "serve":
        serve()
    else:
        tell(ask(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
