"""The real product in processes of its own."""

import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import psycopg

PROJECT = Path(__file__).resolve().parents[2]
# How much slower than an idle one a machine may be on which other tests run.
SLOWNESS = 4


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
    def tracebacks(self) -> list[str]:
        """Without those of a worker's children that had not begun before their parent ended."""
        lines = re.DOTALL | re.MULTILINE
        unborn = re.compile(r"^[^\n]*Process \W?ForkPoolWorker.*?^BrokenPipeError: [^\n]*$", lines)
        return re.findall(r"^Traceback .*?^\w[^\n]*$", unborn.sub("", self.text), lines)

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
            with urllib.request.urlopen(self.url + path, timeout=SLOWNESS * 10) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def webs(self) -> list[int]:
        """The web processes."""
        return self.children("web")

    def workers(self) -> list[int]:
        """The worker's main process, if there is one."""
        return self.children("worker")

    def children(self, name: str) -> list[int]:
        """The processes of that name that serve itself started."""
        ours = (pid for pid in everything_of(self.data_dir) if _parent(pid) == self.process.pid)
        return [pid for pid in ours if _name(pid) == name]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Send the signal; the exit status and the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        status = self.process.wait(SLOWNESS * 20)
        return status, time.monotonic() - began

    def kill(self) -> None:
        kill_everything_of(self.data_dir)
        self.process.wait(SLOWNESS * 20)


def everything_of(data_dir: str) -> list[int]:
    """The processes that live with this DATA_DIR in their environment, whoever their parent is."""
    mark = f"DATA_DIR={data_dir}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def kill_everything_of(data_dir: str) -> None:
    """What one of them started while they were being looked for, too."""

    def is_gone() -> bool:
        left = everything_of(data_dir)
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return not left

    wait_for(is_gone, 10)


def ask(installation: dict[str, str], statement: str) -> list[tuple]:
    """What the database of the installation answers; an error while it is not there yet."""
    if url := installation.get("DATABASE_URL"):
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else []
    path = f"file:{installation['DATA_DIR']}/countersign.sqlite3?mode=rw"
    with contextlib.closing(sqlite3.connect(path, uri=True, isolation_level=None)) as connection:
        return connection.execute(statement).fetchall()


def _parent(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def _name(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def target_of(link: Path) -> str:
    """Of a link in a folder of open files."""
    with contextlib.suppress(FileNotFoundError):  # closed meanwhile
        return str(link.readlink())
    return ""


def wait_for(condition, seconds: float) -> None:
    deadline = time.monotonic() + SLOWNESS * seconds
    while True:
        # Asked once more after that: the machine may have stood still since the last time.
        is_over = time.monotonic() > deadline
        if condition():
            return
        assert not is_over, "waited in vain"
        time.sleep(0.05)
