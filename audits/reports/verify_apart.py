"""Verification of a stranger's bytes in a process of its own: without secrets in its environment,
with an end to its time and memory, and unable to write a file."""

import base64
import json
import logging
import resource
import subprocess  # nosec B404: runs this module alone
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CPU_SECONDS = 20
WALL_SECONDS = 30
MEMORY_BYTES = 1024**3
TOO_MUCH: dict[str, Any] = {
    "status": "unverifiable",
    "summary": "Not verifiable: reading the file took more time or memory than is given to it.",
    "checks": [],
    "sealed": None,
}


def verify_apart(
    data: bytes, trust: Sequence[bytes], timestamp_trust: Sequence[bytes] = ()
) -> dict[str, Any]:
    """What `Verification.as_json` says of the file; certificates are PEM. Takes about a second
    more than `verify`, and may be called anywhere, whatever the bytes are."""
    asked = json.dumps([_packed(trust), _packed(timestamp_trust)])
    try:
        done = subprocess.run(  # nosec B603: our own module
            [sys.executable, "-m", "audits.reports.verify_apart"],
            input=asked.encode() + b"\n" + data,
            capture_output=True,
            cwd=ROOT,
            env={"PYTHONUTF8": "1"},
            timeout=WALL_SECONDS,
            check=False,
        )
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return TOO_MUCH
    return found


def _packed(certificates: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(each).decode() for each in certificates]


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main() -> None:
    """Certificates as a line of JSON and then the file on stdin; the outcome as JSON on stdout."""
    from audits.reports.verify import verify

    _limit()
    logging.disable(logging.CRITICAL)
    trust, clocks = (
        [base64.b64decode(each) for each in bundle]
        for bundle in json.loads(sys.stdin.buffer.readline())
    )
    found = verify(sys.stdin.buffer.read(), trust, timestamp_trust=clocks)
    sys.stdout.write(json.dumps(found.as_json()))


if __name__ == "__main__":
    main()
