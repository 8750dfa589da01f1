"""Loading an edition from its file, as an operator does: `manage.py load_checklists FILE`."""

import time
from statistics import median

from bench import editions
from bench.stage import Stage


def measure(stage: Stage) -> None:
    ground = stage.ground("load")
    ground.run("manage.py", "migrate", "--verbosity", "0")
    for items in (stage.sizes.items, stage.sizes.catalogue):
        seconds = []
        for run in range(stage.sizes.runs):
            path = ground.folder / f"{items}-{run}.yaml"
            editions.write(path, f"catalogue-{items}-{run}", items)
            began = time.perf_counter()
            ground.run("manage.py", "load_checklists", str(path))
            seconds.append(time.perf_counter() - began)
        stage.add(f"loading {items:,} items", kind="run", seconds=round(median(seconds), 2))
