"""Workers that are killed while they make a sealed report: the next makes it, once and whole."""

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
from tests.serve.acting import Actor
from tests.serve.served import ask, everything_of, kill_everything_of, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def silent_authority():
    """Takes a request for a time-stamp, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


SEALED = "FROM audits_report WHERE seal_id IS NOT NULL"


def running(installation: dict[str, str]) -> tuple:
    """Id and step of the report that is being made; nothing while it is not."""
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
def installation(new_installation):
    """One with a sealed audit, whose report waits to be made; long enough to take a while."""
    installation = new_installation | {"DEMO": "0", "WEB_PROCESSES": "1"}
    actor = Actor(installation)
    staged = actor.do("stage", 1, 50)
    actor.do("seal", staged["audit"], staged["users"][0])
    actor.close()
    return installation


def test_killed_workers_leave_a_report_that_the_next_one_seals(
    serve, installation, silent_authority, tmp_path
):
    somebody = in_folder(tmp_path / "key", name="Somebody", at=datetime.now(UTC))
    trust = {"TIMESTAMP_URL": silent_authority, "TIMESTAMP_TRUST": somebody.pem.decode()}
    ((report,),) = ask(installation, f"SELECT id {SEALED}")

    for when in ("Laying out the pages", "Signing the report"):
        serve(**trust)
        wait_for(lambda when=when: caught(installation, when), 120)
        kill_everything_of(installation["DATA_DIR"])
        assert running(installation) == (report, when)
        assert ask(installation, "SELECT report_id FROM audits_reportfile") == []
        # As if a minute had gone by: the lease of the dead is over.
        ask(installation, "UPDATE audits_report SET lease_until = '2026-01-01 00:00:00'")

    serve()
    wait_for(lambda: ask(installation, f"SELECT state {SEALED}") == [("done",)], 120)

    ((made, data),) = ask(installation, "SELECT report_id, data FROM audits_reportfile")
    assert made == report
    found = verify(bytes(data))
    assert found.sealed is not None
    assert [check.name for check in found.checks if not check.passed] == ["trust"]
