"""The real product in processes of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


class Served:
    """`manage.py serve` with this environment on top of ours."""

    def __init__(self, environment: dict[str, str], *arguments: str, command=None) -> None:
        self.data_dir = environment["DATA_DIR"]
        self.output = Path(f"{self.data_dir}-{uuid.uuid4()}.log")
        self.started = time.monotonic()
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                command or [sys.executable, "manage.py", "serve", *arguments],
                cwd=PROJECT,
                env=os.environ | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def text(self) -> str:
        """What it has said so far, on both channels."""
        return self.output.read_text()

    @property
    def url(self) -> str:
        return self._line("Ready: ")

    def _line(self, start: str) -> str:
        return next(
            line.removeprefix(start) for line in self.text.splitlines() if line.startswith(start)
        )

    def wait_until_ready(self) -> float:
        """Wait for the Ready line; the seconds since the start."""
        wait_for(lambda: "Ready: " in self.text or self.process.poll() is not None, 60)
        assert "Ready: " in self.text, self.text
        return time.monotonic() - self.started

    def get(self, path: str) -> tuple[int, dict]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def webs(self) -> list[int]:
        """The web processes."""
        return self._children("web")

    def workers(self) -> list[int]:
        """The worker's main process, if there is one."""
        return self._children("worker")

    def _children(self, name: str) -> list[int]:
        ours = (pid for pid in everything_of(self.data_dir) if _parent(pid) == self.process.pid)
        return [pid for pid in ours if _name(pid) == name]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Send the signal; the exit status and the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        status = self.process.wait(20)
        return status, time.monotonic() - began

    def kill(self) -> None:
        for pid in everything_of(self.data_dir):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(20)
        wait_for(lambda: not everything_of(self.data_dir), 10)


def everything_of(data_dir: str) -> list[int]:
    """The processes that live with this DATA_DIR in their environment, whoever their parent is."""
    mark = f"DATA_DIR={data_dir}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def _parent(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def _name(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def wait_for(condition, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
