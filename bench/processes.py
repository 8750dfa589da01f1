"""Servers in processes of their own: how they start and end, what they hold and what they use."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.ground import Ground

PROJECT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """A command with a session of its own; what it says goes to `log`."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.log = log
        self.began = time.perf_counter()
        with log.open("w") as output:
            self.popen = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=os.environ | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def wait_for(self, condition: Callable[[], object], seconds: float = 120) -> float:
        """Wait until the condition holds; the seconds since the start."""
        while not condition():
            if self.popen.poll() is not None or time.perf_counter() - self.began > seconds:
                raise RuntimeError(f"did not come up; it said:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.005)
        return time.perf_counter() - self.began

    def stop(self) -> None:
        tree = family(self.popen.pid)
        self.popen.terminate()
        try:
            self.popen.wait(10)
        except subprocess.TimeoutExpired:
            for pid in tree:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.popen.wait()

    def pss_mb(self) -> float:
        """Resident memory of the whole tree, what processes share counted once."""
        return sum(_pss_kb(pid) for pid in family(self.popen.pid)) / 1024

    def cpu_seconds(self) -> float:
        """Used so far to answer: by the whole tree but the worker."""
        return sum(_cpu_ticks(pid) for pid in family(self.popen.pid) if _answers(pid)) / TICKS


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(folder.name))
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def _pss_kb(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _cpu_ticks(pid: int) -> int:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
    return 0


def _answers(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return b"celery" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def connections_to(process: Process, ground: "Ground") -> int:
    """How many connections to its database the whole tree holds."""
    if ground.server:
        return ground.count_connections()
    path = str(ground.data / "countersign.sqlite3")
    return sum(_open_files(pid).count(path) for pid in family(process.popen.pid))


def _open_files(pid: int) -> list[str]:
    found = []
    for link in Path(f"/proc/{pid}/fd").glob("*"):
        with contextlib.suppress(OSError):
            found.append(os.readlink(link))
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def listens(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False
