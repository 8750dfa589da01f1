import os
import signal
import subprocess  # nosec B404: the one command is our own
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

POLL_SECONDS = 0.2
FAREWELL_SECONDS = 3
LONGEST_PAUSE_SECONDS = 60


class Worker:
    """The Celery worker with the scheduler inside, as a child that is replaced when it dies."""

    def __init__(self, project: Path, say: Callable[[str], object]) -> None:
        self.project = project
        self.say = say
        self.stopping = threading.Event()
        # One thread starts, watches and ends the child: the child is tethered to it.
        self.thread = threading.Thread(target=self._keep, name="worker", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        """Ask for the end; returns at once."""
        self.stopping.set()

    def join(self) -> None:
        """Wait for the end that `stop` asked for."""
        if self.thread.is_alive():
            self.thread.join()

    def _keep(self) -> None:
        pause = 1
        while not self.stopping.is_set():
            started = time.monotonic()
            status = self._run()
            if self.stopping.is_set():
                return
            if time.monotonic() - started > LONGEST_PAUSE_SECONDS:
                pause = 1
            self.say(f"The worker {_cause(status)}; starting it again in {pause} s.")
            self.stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _run(self) -> int:
        # A session of its own: Ctrl-C in the terminal is for `serve` alone to pass on.
        process = subprocess.Popen(  # noqa: S603  # nosec B603
            _command(), cwd=self.project, start_new_session=True, stdin=subprocess.DEVNULL
        )
        while process.poll() is None:
            if self.stopping.wait(POLL_SECONDS):
                _end(process)
            elif os.getpid() == 1:
                _reap_orphans(process.pid)
        return process.returncode


def _command() -> list[str]:
    python = sys.executable
    return [
        *(python, "-m", "audits.serving.tether", str(os.getpid())),
        *(python, "-m", "celery", "--app", "config", "--quiet", "worker", "--beat"),
        *("--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(FAREWELL_SECONDS)
    except subprocess.TimeoutExpired:
        # A task in flight is lost here; its state is in the database, and the tick rings again.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _reap_orphans(worker: int) -> None:
    """As process 1 of a container, take leave of the dead that nobody else waits for."""
    while dead := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        if dead.si_pid == worker:
            return
        os.waitpid(dead.si_pid, 0)


def _cause(status: int) -> str:
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"
