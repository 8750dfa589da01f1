"""The bundled simulator and the worker for latency, as `serve` runs them."""

import json
import os
import signal
import urllib.request
from pathlib import Path

import pytest

from tests.serve.served import target_of, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def simulated(open_house):
    """Served, with the simulator there."""
    served = open_house(SIMULATOR="1")
    wait_for(lambda: served.children("simulator"), 30)
    return served


def address_of(pid: int) -> str:
    """Where the process listens, by the kernel's table."""
    inodes = {target_of(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
            host, port = fields[1].split(":")
            assert host == "0100007F", "it is to listen on loopback alone"
            return f"http://127.0.0.1:{int(port, 16)}"
    raise AssertionError(f"process {pid} listens nowhere")


def health_at(address: str) -> str:
    with urllib.request.urlopen(f"{address}/app/health", timeout=60) as response:
        return json.load(response)["status"]


def test_the_simulator_is_started_and_answers(simulated):
    [pid] = simulated.children("simulator")
    assert health_at(address_of(pid)) == "healthy"


def test_a_killed_simulator_comes_back_at_the_same_address(simulated):
    [pid] = simulated.children("simulator")
    address = address_of(pid)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: simulated.children("simulator") not in ([], [pid]), 30)
    assert health_at(address) == "healthy"
    assert "The simulator was ended by SIGKILL; starting it again" in simulated.text


def test_without_the_demo_no_simulator_is_started(serve):
    served = serve()
    served.wait_until_ready()
    wait_for(served.workers, 30)
    assert served.children("simulator") == []


def test_times_are_measured_by_a_worker_of_their_own(simulated):
    wait_for(lambda: simulated.children("latency"), 30)
    assert simulated.workers()
