"""Times of streams as the latency probe takes them, against what the server says it did."""

import json
import subprocess
import sys
from statistics import median, quantiles

from bench.processes import PROJECT
from bench.stage import Stage

MODULE = "bench.probing"


def measure(stage: Stage) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", MODULE, "serve"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        at = json.loads(server.stdout.readline())
        for at_once in (1, 8, 32):
            calls = max(2, stage.sizes.streams // at_once)
            taken = ask(at["url"], at["key"], str(at_once), str(calls))
            server.stdin.write("\n")
            server.stdin.flush()
            truth = json.loads(server.stdout.readline())
            for place, name in enumerate(("TTFT", "total")):
                errors = [abs(times[place] - truth[user][place]) for user, times in taken.items()]
                stage.add(f"{name}, {at_once} at once", kind="error", **figures(errors))
    finally:
        server.stdin.close()
        server.wait(10)


def ask(*arguments: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", MODULE, "ask", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{MODULE} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout)


def figures(errors: list[float]) -> dict:
    return {
        "p50_ms": round(median(errors), 3),
        "p95_ms": round(quantiles(errors, n=20)[18], 3),
        "most_ms": round(max(errors), 3),
        "samples": len(errors),
    }
