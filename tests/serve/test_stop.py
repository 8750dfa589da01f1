import os
import signal

import pytest

from tests.serve.served import SLOWNESS, Served, everything_of, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def working(running):
    return at_work(running)


@pytest.fixture
def lasting(house):
    """One for all who do not end it."""
    return at_work(house)


def at_work(served):
    """Web and worker are both there; the end of one that has not begun yet is told otherwise."""
    wait_for(lambda: len(served.webs()) == 2, 60)
    wait_for(lambda: served.get("/health/ready")[0] == 200, 60)
    return served


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_ends_everything_within_five_seconds(working, number):
    status, seconds = working.stop(number)
    assert status == 0
    wait_for(lambda: not everything_of(working.data_dir), 1)
    assert seconds < 5 * SLOWNESS
    assert working.tracebacks == []


def test_killed_serve_takes_its_children_along(working):
    working.stop(signal.SIGKILL)
    wait_for(lambda: not everything_of(working.data_dir), 5)


def test_killed_parent_takes_serve_along(installation):
    # As make does it: a shell that has become nothing else, with its own number in PPID.
    shell = ["sh", "-c", '"$0" manage.py serve --with-parent $$; true', os.sys.executable]
    served = Served(installation, command=shell)
    served.wait_until_ready()
    served.process.kill()
    wait_for(lambda: not everything_of(installation["DATA_DIR"]), 10)
    served.kill()


def test_killed_worker_comes_back_and_it_is_said(lasting):
    (first,) = lasting.workers()
    said = "was ended by SIGKILL; starting it again in 1 s."
    before = lasting.text.count(said)
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: lasting.text.count(said) == before + 1, 5)
    wait_for(lambda: lasting.workers() not in ([], [first]), 10)


def test_killed_web_process_comes_back_and_it_is_said(lasting):
    killed, other = lasting.webs()
    said = "A web process was ended by SIGKILL; starting it again"
    before = lasting.text.count(said)
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: lasting.text.count(said) == before + 1, 5)
    assert lasting.get("/health/live")[0] == 200
    wait_for(lambda: len(lasting.webs()) == 2, 10)
    assert other in lasting.webs()


def test_without_any_web_process_requests_wait_for_the_next(lasting):
    before = lasting.text.count("A web process was ended")
    for pid in lasting.webs():
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: lasting.text.count("A web process was ended") == before + 2, 5)
    assert lasting.get("/health/live") == (200, {"status": "live"})
