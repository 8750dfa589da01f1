"""The files in which processes keep their metrics: read together, and cleared of the dead.

What a dead process counted is added to one file for all of them; what it had in flight is gone.
"""

import contextlib
import fcntl
import os
import struct
from collections.abc import Iterator
from pathlib import Path

# The process number under which the sums of the dead are kept: no process has it.
DEAD = 0


def expose(folder: Path) -> bytes:
    """All processes' metrics in Prometheus' text format."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    if not folder.is_dir():
        return b""
    with _alone(folder):
        _bury(folder, None)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(folder))
        return generate_latest(registry)


def bury(folder: Path, *, also: int | None = None) -> None:
    """Clear away what dead processes left, and what `also` left, dead or not."""
    with _alone(folder):
        _bury(folder, also)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else reads or clears meanwhile, or a sum would be counted twice."""
    with open(folder / "lock", "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _bury(folder: Path, also: int | None) -> None:
    for path in folder.glob("*_*.db"):
        kind, _, number = path.stem.rpartition("_")
        pid = int(number) if number.isdecimal() else DEAD
        if pid == DEAD or (pid != also and _lives(pid)):
            continue
        if kind in ("counter", "histogram"):
            _add(path, folder / f"{kind}_{DEAD}.db")
        path.unlink()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _add(path: Path, to: Path) -> None:
    from prometheus_client.mmap_dict import MmapedDict

    sums = MmapedDict(str(to))
    try:
        # A process that was killed while it made its file has left nothing that can be read.
        with contextlib.suppress(RuntimeError, ValueError, struct.error):
            for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path)):
                sums.write_value(key, sums.read_value(key)[0] + value, 0.0)
    finally:
        sums.close()
