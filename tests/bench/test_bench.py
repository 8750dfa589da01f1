"""The benchmarks run and tell what docs/benchmarks.md promises; never how quick anything is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import editions
from bench.forms import forms
from bench.measures import tick
from bench.sizes import Sizes
from bench.stage import Stage
from bench.table import table
from checklist import schema

PROJECT = Path(__file__).resolve().parents[2]
TINY = Sizes(
    audits=2,
    projects=1,
    members=8,
    items=60,
    catalogue=60,
    rounds=1,
    alone_seconds=0.1,
    together_seconds=0.1,
)


@pytest.mark.slow
def test_a_tick_is_told_beside_both_floors(tmp_path, monkeypatch):
    monkeypatch.setenv("TICK_SECONDS", "1")  # the worker reports sooner
    with Stage(tmp_path, "SQLite", "", TINY) as stage:
        tick.measure(stage)
    told = {figure["name"]: figure for figure in stage.figures}
    one = told["tick, one audit"]
    assert one["failures"] == stage.locked == 0
    assert one["answers"] > 10
    assert 0 < one["p50_ms"] <= one["p95_ms"]
    assert one["to"].keys() == {"bare", "bare, signed in"}
    assert one["to"]["bare"].keys() == {"p50", "p95", "cpu", "per_second"}
    assert told["tick, 2 audits, to one"]["kind"] == "ratio"
    assert "tick, one audit" in table(stage.figures)


@pytest.mark.slow
def test_the_command_writes_the_documented_json(tmp_path):
    target = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench", "load", "--quick", "--json", str(target)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    told = json.loads(target.read_text())
    assert told.keys() == {"machine", "quick", "figures", "locked", "seconds"}
    assert {figure["kind"] for figure in told["figures"]} == {"run"}
    assert all(figure["seconds"] > 0 for figure in told["figures"])


def test_an_unknown_measure_is_named(tmp_path):
    command = [sys.executable, "-m", "bench", "tock"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "there is no tock; choose of tick, pages" in done.stderr


@pytest.mark.parametrize("items", [45, 1_501])
def test_a_made_up_catalogue_is_a_good_checklist(tmp_path, items):
    path = editions.write(tmp_path / "catalogue.yaml", "catalogue", items)
    assert schema.parse(path.read_bytes()).item_count == items


def test_a_form_is_sent_as_a_browser_would():
    page = """<form class="tick" method="post" action="/a/state/?x=1&amp;y=/state/" hx-post="/a">
      <input type="hidden" name="version" value="3"><input name="state" type="hidden" value="done">
      <input type="text" name="reason" value="typed"><button aria-label="Done">Done</button></form>
      <form action="/b/"><input type="hidden" name="other" value="1"></form>"""
    assert forms(page, "/state/") == [
        {"path": "/a/state/?x=1&y=/state/", "form": {"version": "3", "state": "done"}}
    ]
