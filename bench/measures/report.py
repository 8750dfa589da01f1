"""The report against WeasyPrint alone on the same final HTML, each in a process of its own."""

import time
from statistics import median

from bench.forms import forms
from bench.stage import Stage

MODULE = "bench.printing"


def measure(stage: Stage) -> None:
    ground, found = stage.seeded("paper")
    for name in ("short", "long"):
        items = found[f"{name}_items"]
        page = str(ground.folder / f"{name}.html")
        report = ground.ask(MODULE, "request", found[name], page)["report"]
        runs = stage.sizes.runs if name == "short" else 1  # the long one takes most of a minute
        alone, ours = [], []
        for _ in range(runs):
            alone.append(ground.ask(MODULE, "alone", page))
            ours.append(ground.ask(MODULE, "ours", report))
        stage.add(f"WeasyPrint alone, {items} items", kind="run", **_middle(alone))
        to = {key: _ratio(ours, alone, key) for key in ("seconds", "cpu_seconds", "peak_mb")}
        stage.add(f"report, {items} items", kind="run", **_middle(ours), to=to)
    _over_http(stage, ground, found)


def _middle(runs: list[dict]) -> dict:
    return {key: round(median(run[key] for run in runs), 2) for key in runs[0]}


def _ratio(ours: list[dict], alone: list[dict], key: str) -> float:
    return round(median(a[key] / b[key] for a, b in zip(ours, alone, strict=True)), 3)


def _over_http(stage: Stage, ground, found: dict) -> None:
    """From the press of the button to a PDF that can be fetched; the first warms the worker."""
    product = stage.serve(ground, DEMO="0")
    product.wait_for_worker()
    product.sign_in(found["people"][:1], found["password"])
    seconds = []
    for _ in range(stage.sizes.runs + 1):
        _tick(product, found["short"])
        began = time.perf_counter()
        report = _press(product, found["short"])
        while product.send("GET", f"{report}report.pdf").status != 200:
            time.sleep(0.05)
        seconds.append(time.perf_counter() - began)
    name = f"report, {found['short_items']} items, from the button to the PDF"
    stage.add(name, kind="run", seconds=round(median(seconds[1:]), 2))
    stage.stop(product)


def _tick(product, audit: str) -> None:
    """A change, so that the report is not the one that is there already."""
    form = forms(product.page(audit), "/state/")[0]
    product.send("POST", form["path"], form=form["form"])


def _press(product, audit: str) -> str:
    form = forms(product.page(audit), "/reports/")[0]
    answer = product.send("POST", form["path"], form=form["form"])
    if answer.status != 302:
        raise RuntimeError(f"The report was refused: {answer.status}")
    return answer.location
