"""The benchmarks run and tell what docs/benchmarks.md promises; never how quick anything is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import editions
from bench.forms import forms
from bench.measures import live, load, tick
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
    catalogue=61,
    rounds=1,
    alone_seconds=0.1,
    together_seconds=0.1,
    runs=1,
    viewers=(1, 3),
    crowd=5,
    people=3,
    changes=2,
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """One for all measures, as in a run of them all: its servers take longer than they do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TICK_SECONDS", "1")  # the worker reports sooner
        patch.setattr(live, "REST_S", 1.0)
        patch.setattr(live, "SETTLE_S", 0.5)
        with Stage(tmp_path_factory.mktemp("bench"), "SQLite", "", TINY) as stage:
            yield stage
    assert stage.locked == 0


def told_by(stage, measure) -> dict[str, dict]:
    """The figures that it adds, by name."""
    before = len(stage.figures)
    measure(stage)
    return {figure["name"]: figure for figure in stage.figures[before:]}


@pytest.mark.slow
def test_a_tick_is_told_beside_both_floors(stage):
    told = told_by(stage, tick.measure)
    one = told["tick, one audit"]
    assert one["failures"] == 0
    assert one["answers"] > 8
    assert 0 < one["p50_ms"] <= one["p95_ms"]
    assert one["to"].keys() == {"bare", "bare, signed in"}
    assert one["to"]["bare"].keys() == {"p50", "p95", "cpu", "per_second"}
    assert told["tick, 2 audits, to one"]["kind"] == "ratio"
    assert "tick, one audit" in table(stage.figures)


@pytest.mark.slow
def test_what_is_ticked_is_seen_in_every_stream_and_idle_viewers_are_weighed(stage):
    told = told_by(stage, live.measure)
    seen = told["visible to 3, data_version"]
    assert (seen["samples"], seen["failures"]) == (3 * 2, 0)
    assert 0 < seen["p50_ms"] <= seen["p95_ms"] <= seen["most_ms"]
    assert seen["to"].keys() == {"p50", "p95"}
    assert told["point of a review, shown to 3, data_version"]["failures"] == 0
    assert told["5 idle viewers: CPU a second"]["failures"] == 0
    assert told["database connections, 5 look"]["value"] > 0
    assert "visible to 3, data_version" in table(stage.figures)


@pytest.mark.slow
def test_loading_is_timed(stage):
    told = told_by(stage, load.measure)
    assert {figure["kind"] for figure in told.values()} == {"run"}
    assert told["loading 60 items"]["cpu_seconds"] > 0
    assert told["loading 61 items"]["seconds"] > 0


@pytest.mark.slow
def test_the_command_tells_times_of_streams_beside_the_truth_and_writes_the_documented_json(
    tmp_path,
):
    target = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench", "probes", "--quick", "--json", str(target)]
    said = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    result = json.loads(target.read_text())
    assert result.keys() == {"machine", "quick", "figures", "locked", "seconds"}
    told = {figure["name"]: figure for figure in result["figures"]}
    assert told.keys() == {
        f"{what}, {n} at once" for what in ("TTFT", "total") for n in (1, 8, 32)
    }
    assert {figure["kind"] for figure in told.values()} == {"error"}
    assert [told[f"TTFT, {n} at once"]["samples"] for n in (1, 8, 32)] == [40, 40, 64]
    assert 0 <= told["TTFT, 1 at once"]["p50_ms"] <= told["TTFT, 1 at once"]["most_ms"]
    assert "TTFT, 8 at once" in said


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


@pytest.mark.slow
def test_ticks_and_a_simulated_day_of_probes_are_counted(stage):
    ticks = stage.ground("ticks").ask("bench.targets", "ticks", "4")
    day = stage.ground("year").ask("bench.targets", "year", "2")

    assert ticks["watches"] >= 50
    assert ticks["idle_ms"] > 0 < ticks["due_ms"]
    assert (day["runs"], day["hours"], day["days"]) == (2880, 48, 2)
    assert day["mb"] > 0


def test_counts_are_told_with_their_unit():
    figure = {"name": "free probes", "kind": "count", "value": 1500.0, "unit": "a minute"}

    assert table([figure]).split() == ["free", "probes", "1,500.0", "a", "minute"]
