"""The four metrics, kept by real processes."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from audits.probes import metrics_files
from audits.probes.metrics import BUCKETS

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
import sys, time
from audits.probes.claude import ApiFault
from tests.fakes.claude import running
from tests.audits.probes.clients import HELLO, Practice, client
with running() as fake:
    claude = client(fake, practice=Practice(attempts=1))
    claude.message(HELLO)
    claude.stream(HELLO)
    fake.plan("server-error")
    try:
        claude.message(HELLO)
    except ApiFault:
        pass
    claude.list_models()
    print("done", flush=True)
    if "stay" in sys.argv:
        fake.plan("hang", seconds=60)
        claude.list_models()
"""


def process(folder, *arguments):
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
    )


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "metrics"


def values(folder):
    """By name and labels as they are scraped."""
    text = metrics_files.expose(folder).decode()
    return {
        name: float(value) for name, value in re.findall(r"^(anthropic_\S+) (\S+)$", text, re.M)
    }


def told(folder):
    first = values(folder)
    return {name: value for name, value in first.items() if "_bucket" not in name}


@pytest.fixture
def two_ended(folder):
    for each in [process(folder), process(folder)]:
        assert each.wait(60) == 0
    return folder


HAIKU = 'model="claude-haiku-4-5"'


def test_two_processes_are_told_as_one(two_ended):
    shown = values(two_ended)
    assert shown[f'anthropic_requests_total{{{HAIKU},status="success"}}'] == 4
    assert shown[f'anthropic_requests_total{{{HAIKU},status="error"}}'] == 2
    assert shown['anthropic_requests_total{model="unknown",status="success"}'] == 2
    assert shown[f'anthropic_tokens_total{{{HAIKU},type="input"}}'] == 32
    assert shown[f'anthropic_tokens_total{{{HAIKU},type="output"}}'] == 48
    # Failures take time too.
    assert shown[f"anthropic_request_latency_seconds_count{{{HAIKU}}}"] == 6
    for bound in BUCKETS:
        assert f'anthropic_request_latency_seconds_bucket{{le="{float(bound)}",{HAIKU}}}' in shown


def test_the_dead_leave_their_counts_and_no_files(two_ended):
    once = told(two_ended)
    assert {path.name for path in two_ended.glob("*.db")} == {"counter_0.db", "histogram_0.db"}
    assert told(two_ended) == once


def test_a_call_in_flight_shows_until_its_process_dies(folder):
    living = process(folder, "stay")
    living.stdout.readline()
    try:
        deadline = time.monotonic() + 40  # the call hangs longer
        while not values(folder).get("anthropic_active_requests"):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert values(folder)["anthropic_active_requests"] == 1
    finally:
        living.send_signal(signal.SIGKILL)
        living.wait(10)
    shown = values(folder)
    assert not shown.get("anthropic_active_requests")
    assert shown[f'anthropic_requests_total{{{HAIKU},status="success"}}'] == 2


def test_what_an_earlier_process_of_the_same_number_left_is_not_taken_over(folder):
    living = process(folder, "stay")
    living.stdout.readline()
    living.kill()
    living.wait(10)
    metrics_files.bury(folder, also=living.pid)
    assert not list(folder.glob("gauge_*"))


def test_a_file_that_was_never_finished_is_cleared_away(folder):
    folder.mkdir()
    (folder / f"counter_{2**22 + 1}.db").write_bytes(b"\xff" * 100)
    (folder / f"histogram_{2**22 + 1}.db").write_bytes(b"")
    assert values(folder) == {}
    assert not list(folder.glob(f"*_{2**22 + 1}.db"))


def test_without_any_call_there_is_nothing_to_tell(folder):
    assert metrics_files.expose(folder) == b""
