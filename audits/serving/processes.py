"""Processes that are forked from this one, so that they share what it has imported."""

import contextlib
import ctypes
import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable

from audits.serving.tether import tether

LONGEST_PAUSE_SECONDS = 60
PR_SET_NAME = 15


class Child:
    """A process that is replaced when it ends: after 1, 2, 4 … 60 s.

    `title` begins the sentences about it; `name` is what `ps -e` and `top` show.
    """

    def __init__(self, title: str, name: str, work: Callable[[], None]) -> None:
        self.title = title
        self.name = name
        self.work = work
        self.pid: int | None = None
        # That of its processes, which may outlive it.
        self.group: int | None = None
        self.starts_at: float | None = None  # by time.monotonic(), while it is to be started
        self.started_at = 0.0
        self.pause = 1

    def start(self, *, keep: int | None = None) -> None:
        self.starts_at = None
        self.started_at = time.monotonic()
        self.pid = self.group = fork(self.name, self.work, keep=keep)

    def ended(self, status: int) -> str:
        """Take note of its end, and plan the next start; the sentence for the log."""
        self.pid = None
        if time.monotonic() - self.started_at > LONGEST_PAUSE_SECONDS:
            self.pause = 1
        sentence = f"{self.title} {cause(status)}; starting it again in {self.pause} s."
        self.starts_at = time.monotonic() + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE_SECONDS)
        return sentence

    def ask_to_end(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it and its own children now, those that it left behind too, and take leave."""
        if self.group:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.group, signal.SIGKILL)
        if self.pid:
            os.waitpid(self.pid, 0)


def fork(name: str, work: Callable[[], None], *, keep: int | None = None) -> int:
    """Run `work` in a process of its own, tethered to this one; its number. Of the open files it
    gets the standard ones and `keep`.

    Only for a process with one thread and without connections: a copy of a lock that another
    thread held would never be released, and one of a connection would talk over the first.
    """
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    # What is there by now is looked at by nobody's garbage collector any more: the copies stay
    # shared, and collecting is quick.
    gc.collect()
    gc.freeze()
    if pid := os.fork():
        return pid
    status = 1
    try:
        _settle(name, parent, keep)
        work()
        status = 0
    except SystemExit as leaving:
        if isinstance(leaving.code, str):
            sys.stderr.write(leaving.code + "\n")
        else:
            status = leaving.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        # Neither the rest of the parent's program, nor a wait for a thread that is still at it.
        os._exit(status)


def _settle(name: str, parent: int, keep: int | None) -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    tether(parent)
    # A group of its own: Ctrl-C in the terminal is for the parent alone to pass on. But not a
    # session, which Linux may give a share of the processor apart from the others.
    os.setpgid(0, 0)
    kept = keep or 2
    os.closerange(3, kept)
    os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    with contextlib.suppress(AttributeError, OSError):  # not Linux
        ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode(), 0, 0, 0)


def cause(status: int) -> str:
    """How a process ended, by os.waitstatus_to_exitcode()."""
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"
