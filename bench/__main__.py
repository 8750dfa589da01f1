"""python -m bench: measure the product beside its floor; docs/benchmarks.md."""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

from bench.measures import (
    live,
    load,
    pages,
    probes,
    report,
    scheduler,
    serve,
    sign_off,
    start_audit,
    tick,
)
from bench.processes import PROJECT
from bench.sizes import FULL, QUICK
from bench.stage import Stage
from bench.table import table

# In this order: starting audits adds to what the others look at.
MEASURES = {
    "tick": tick,
    "pages": pages,
    "start_audit": start_audit,
    "load": load,
    "report": report,
    "sign_off": sign_off,
    "scheduler": scheduler,
    "serve": serve,
    "probes": probes,
    "live": live,
}


def main() -> int:
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.perf_counter()
    result = {"machine": machine(), "quick": given.quick, "figures": [], "locked": 0}
    say(describe(result["machine"]))
    servers = {"SQLite": ""}
    if url := os.environ.get("DATABASE_URL", ""):
        servers["PostgreSQL"] = url
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        for database, server in servers.items():
            run(given, Path(folder), database, server, result)
    result["seconds"] = round(time.perf_counter() - began, 1)
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n")
    failures = sum(figure.get("failures", 0) for figure in result["figures"])
    say(f"\n{failures} failed answers, {result['locked']} times “database is locked”; ")
    say(f"{result['seconds']:.0f} s in all.")
    return 1 if failures or result["locked"] else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MEASURES)}")
    parser.add_argument("--quick", action="store_true", help="less of everything, and rougher")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    given = parser.parse_args()
    if unknown := set(given.names) - set(MEASURES):
        parser.error(f"there is no {', '.join(unknown)}; choose of {', '.join(MEASURES)}")
    return given


def run(given: argparse.Namespace, folder: Path, database: str, server: str, result: dict) -> None:
    with Stage(folder, database, server, QUICK if given.quick else FULL) as stage:
        for name in given.names or MEASURES:
            print(f"{database}: {name} …", file=sys.stderr, flush=True)
            MEASURES[name].measure(stage)
        say(f"\n{database}\n\n{table(stage.figures)}")
    result["figures"] += stage.figures
    result["locked"] += stage.locked


def machine() -> dict:
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=PROJECT, capture_output=True, text=True
    )
    names = ("Django", "granian", "uvicorn", "weasyprint")
    return {
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "commit": commit.stdout.strip(),
        "versions": {name: metadata.version(name) for name in names},
    }


def describe(machine: dict) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return (
        f"{machine['cores']} cores, {machine['system']}, Python {machine['python']}, {versions}; "
        f"commit {machine['commit'] or 'unknown'}; load {machine['load']} at the start"
    )


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
