"""Somebody who runs a probe on its page and looks at the page until the verdict stands there."""

import random
import re
import time
from statistics import quantiles

from bench.forms import forms
from bench.product import Product

# What the page asks for itself while a run is under way: after how many milliseconds, again.
ASKS_AGAIN = re.compile(r'hx-trigger="every (\d+)ms"')
PATIENCE_S = 30


def verdicts(product: Product, watches: list[str], runs: int) -> dict:
    """From pressing the button to the answer that shows the verdict, one at a time."""
    taken = []
    for number in range(runs):
        taken.append(_run(product, watches[number % len(watches)]) * 1000)
        time.sleep(random.uniform(0.1, 0.3))
    cuts = quantiles(taken, n=100, method="inclusive")
    return {"p50_ms": cuts[49], "p95_ms": cuts[94]}


def _run(product: Product, path: str) -> float:
    (button,) = forms(product.page(path), f"{path}run/")
    began = time.perf_counter()
    answer = product.send("POST", button["path"], form=button["form"], headers=product.headers)
    while again := ASKS_AGAIN.search(answer.body.decode()):
        if time.perf_counter() - began > PATIENCE_S:
            raise RuntimeError(f"No verdict on {path} within {PATIENCE_S} s.")
        time.sleep(int(again[1]) / 1000)
        answer = product.send("GET", path, headers=product.headers)
    if answer.status != 200:
        raise RuntimeError(f"{path} answers {answer.status}")
    return time.perf_counter() - began
