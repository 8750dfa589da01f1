"""A worker that is killed while it makes a sealed report: another one makes it, once and whole."""

import contextlib
import os
import signal
import socket
import sqlite3
from datetime import UTC, datetime

import psycopg
import pytest

from audits.reports.keys import in_folder
from audits.reports.verify import verify
from tests.serve.served import Served, ask, everything_of, kill_everything_of, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def silent_authority():
    """Takes a request for a time-stamp, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


# The demonstration has several; they are made one after the other.
SEALED = "FROM audits_report WHERE seal_id IS NOT NULL"


def running(installation: dict[str, str]) -> tuple:
    """Id and step of the report that is being made; nothing while none is."""
    with contextlib.suppress(psycopg.Error, sqlite3.Error):
        for found in ask(installation, f"SELECT id, step {SEALED} AND state = 'running'"):
            return found
    return (None, "")


def caught(installation: dict[str, str], when: str) -> bool:
    """Whether all of it stands still at that step: it could have gone on since it was looked."""
    if running(installation)[1] != when:
        return False
    send(installation, signal.SIGSTOP)
    if running(installation)[1] == when:
        return True
    send(installation, signal.SIGCONT)
    return False


def send(installation: dict[str, str], number: int) -> None:
    for pid in everything_of(installation["DATA_DIR"]):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


@pytest.fixture
def served(new_installation, silent_authority, tmp_path):
    """A new installation, whose demonstration has a sealed audit; time-stamps are asked for."""
    somebody = in_folder(tmp_path / "key", name="Somebody", at=datetime.now(UTC))
    trust = {"TIMESTAMP_URL": silent_authority, "TIMESTAMP_TRUST": somebody.pem.decode()}
    served = Served(new_installation | trust)
    yield served
    served.kill()
    assert everything_of(new_installation["DATA_DIR"]) == []


@pytest.mark.parametrize("when", ["Laying out the pages", "Signing the report"])
def test_killed_worker_leaves_a_report_that_the_next_one_seals(served, new_installation, when):
    wait_for(lambda: caught(new_installation, when), 120)
    kill_everything_of(new_installation["DATA_DIR"])
    killed, step = running(new_installation)
    assert step == when
    stored = ask(new_installation, "SELECT report_id FROM audits_reportfile")
    assert (killed,) not in stored
    # As if a minute had gone by: the lease of the dead is over.
    ask(new_installation, "UPDATE audits_report SET lease_until = '2026-01-01 00:00:00'")

    again = Served(new_installation)
    try:
        again.wait_until_ready()
        left = f"SELECT count(*) {SEALED} AND state <> 'done'"
        wait_for(lambda: ask(new_installation, left) == [(0,)], 120)
    finally:
        again.kill()

    files = dict(ask(new_installation, "SELECT report_id, data FROM audits_reportfile"))
    found = verify(bytes(files[killed]))
    assert found.sealed is not None
    assert [check.name for check in found.checks if not check.passed] == ["trust"]
