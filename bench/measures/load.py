"""Loading an edition from its file, as an operator does: `manage.py load_checklists FILE`."""

import resource
import time
from statistics import median

from bench import editions
from bench.stage import Stage


def measure(stage: Stage) -> None:
    ground = stage.ground("load")
    for items in (stage.sizes.items, stage.sizes.catalogue):
        seconds, cpu = [], []
        for run in range(stage.sizes.runs):
            path = ground.folder / f"{items}-{run}.yaml"
            editions.write(path, f"catalogue-{items}-{run}", items)
            began, before = time.perf_counter(), used()
            ground.run("manage.py", "load_checklists", str(path))
            seconds.append(time.perf_counter() - began)
            cpu.append(used() - before)
        figure = {"seconds": round(median(seconds), 2), "cpu_seconds": round(median(cpu), 2)}
        stage.add(f"loading {items:,} items", kind="run", **figure)


def used() -> float:
    """CPU seconds of the children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime
