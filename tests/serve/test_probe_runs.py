"""Probes in real processes: a worker that is killed, and a database that goes, in mid-run."""

import contextlib
import http.server
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.serve.served import PROJECT, Served, ask, kill_everything_of, wait_for

pytestmark = pytest.mark.slow

PAST = "'2026-01-01 00:00:00'"


class Health(http.server.ThreadingHTTPServer):
    """Answers nobody until it may."""

    daemon_threads = True

    def __init__(self):
        self.may_answer, self.asked = threading.Event(), 0
        super().__init__(("127.0.0.1", 0), Answering)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/health"


class Answering(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked += 1
        self.server.may_answer.wait(60)
        body = json.dumps({"status": "healthy", "latency_ms": 3, "timestamp": time.time()})
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def health():
    with Health() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.may_answer.set()
        server.shutdown()


SEED = """
from audits.models import Environment, Team, User, Watch
ada = User.objects.create_user("ada@example.org", name="Ada Park")
project = Team.objects.found("Harbour", by=ada).projects.create(name="Support")
Environment.objects.create(project=project, kind="staging", name="here", health_url="{url}")
Watch.objects.exclude(probe="app-health").delete()
"""


@pytest.fixture
def installation(new_installation, health):
    """One watch, which looks at `health`."""
    variables = {"PRIVATE_NETWORKS": "127.0.0.0/8", "DEMO": "0", "WEB_PROCESSES": "1"}
    installation = new_installation | variables
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", SEED.format(url=health.url)],
        cwd=PROJECT,
        env=os.environ | installation,
        check=True,
        capture_output=True,
    )
    return installation


@pytest.fixture
def start(installation):
    """Starts the product; whatever is left of it ends with the test."""
    started: list[Served] = []

    def start() -> Served:
        started.append(Served(installation))
        return started[-1]

    yield start
    for served in started:
        served.kill()


def last_run(installation) -> tuple:
    """State, attempts and verdict of the only run."""
    (run,) = ask(installation, "SELECT state, attempts, verdict FROM audits_proberun")
    return run


def give_up_lease(installation) -> None:
    """As if a minute had gone by."""
    ask(
        installation,
        f"UPDATE audits_proberun SET lease_until = {PAST} WHERE state = 'running'",
    )


def test_killed_worker_leaves_a_run_that_the_next_one_does(installation, start, health):
    start()
    wait_for(lambda: health.asked, 120)
    assert last_run(installation)[:2] == ("running", 1)
    kill_everything_of(installation["DATA_DIR"])
    assert last_run(installation)[0] == "running"
    give_up_lease(installation)
    health.may_answer.set()

    start()
    wait_for(lambda: last_run(installation)[0] == "done", 120)

    _, attempts, verdict = last_run(installation)
    assert attempts == 2
    assert verdict not in ("", "error")


@contextlib.contextmanager
def gone(installation):
    """Nobody gets at the database for as long as the block runs."""
    if url := installation.get("DATABASE_URL"):
        parts = urlsplit(url)
        name = parts.path.lstrip("/")
        server = parts._replace(path="/postgres").geturl()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [name],
            )
            yield
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        return
    path = f"{installation['DATA_DIR']}/countersign.sqlite3"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def test_database_that_was_gone_at_the_end_of_a_run_has_its_verdict_later(
    installation, start, health
):
    start()
    wait_for(lambda: health.asked, 120)
    with gone(installation):
        health.may_answer.set()
        # Longer than a writer waits for SQLite's lock.
        time.sleep(30)
    assert last_run(installation)[:2] == ("running", 1)
    give_up_lease(installation)

    wait_for(lambda: last_run(installation)[0] == "done", 120)

    _, attempts, verdict = last_run(installation)
    assert attempts == 2
    assert verdict not in ("", "error")
