"""Starting as shipped, demo and all, and the memory of the whole tree at rest."""

import time
from statistics import median

from bench.stage import Stage

REST_SECONDS = 4


def measure(stage: Stage) -> None:
    ground = stage.empty_ground("start")
    cold = stage.serve(ground)
    stage.add("cold start, to the first answer", kind="run", seconds=cold.seconds_to_answer)
    stage.add("cold start, to a working worker", kind="run", seconds=cold.wait_for_worker())
    time.sleep(REST_SECONDS)
    stage.add("resident at rest, whole tree", kind="memory", mb=round(cold.process.pss_mb(), 1))
    stage.stop(cold)
    warm = []
    for _ in range(stage.sizes.runs):
        product = stage.serve(ground)
        warm.append(product.seconds_to_answer)
        stage.stop(product)
    stage.add("warm start, to the first answer", kind="run", seconds=median(warm))
