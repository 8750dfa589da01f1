"""Tie a process to its parent: when the parent dies, whatever the cause, so does the process.

    python -m audits.serving.tether PARENT-PID COMMAND [ARGUMENT…]

becomes COMMAND, killed with the process PARENT-PID. Linux only; elsewhere it does nothing.
"""

import contextlib
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def tether(parent: int, sign: signal.Signals = signal.SIGKILL) -> None:
    """Have this process sent `sign` when `parent` ends; end now if it has ended already.

    Strictly, when the *thread* that started this process ends: start it from one that stays.
    """
    with contextlib.suppress(AttributeError, OSError):  # not Linux
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, sign, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), sign)


if __name__ == "__main__":
    tether(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606  # nosec B606: the command is our own
