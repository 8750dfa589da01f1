"""The bells of live updates: what another process rings is heard within a moment."""

import os
import selectors
import sqlite3
import threading
import time

import pytest
import redis
from django.db import connection

from audits.live import bells, redis_bells
from audits.live.listening import Listening
from audits.live.redis_bells import Subscription
from audits.models import rings
from audits.views import live_source

# Longer than anything takes that rings at all, and how long a silence is listened to.
PATIENCE = 60.0
SILENCE = 1.0
TOPIC = "audits:5"


# Redis rings where there is one; without, the database does.
REDIS = [url for url in ("", os.environ.get("REDIS_URL")) if url is not None]


@pytest.fixture(params=REDIS, ids=lambda url: "Redis" if url else "database")
def bell(request, transactional_db, settings, monkeypatch):
    # Where the machine stands still for half a second, it is not the bell that is tried here.
    monkeypatch.setattr(redis_bells, "PATIENCE_SECONDS", PATIENCE)
    settings.REDIS_URL = request.param
    bell = live_source.make_bell()
    bell.fileno()
    bell.heard()
    yield bell
    bell.close()


@pytest.fixture
def ring(settings):
    """As another process would: soon, in a thread, which is waited for."""
    threads = []

    def _ring() -> None:
        thread = threading.Timer(0.1, _write, [settings.REDIS_URL])
        threads.append(thread)
        thread.start()

    yield _ring
    for thread in threads:
        thread.join()


def _write(redis_url: str) -> None:
    told = f"1.{TOPIC}"
    if redis_url:
        redis.Redis.from_url(redis_url).publish(rings.CHANNEL, told)
    elif connection.vendor == "sqlite":
        write_on_another_connection()
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [rings.CHANNEL, told])
        connection.close()  # nobody else does, at the end of a thread


def write_on_another_connection() -> None:
    name = connection.settings_dict["NAME"]
    with sqlite3.connect(name, isolation_level=None) as other:
        (number,) = other.execute("PRAGMA user_version").fetchone()
        other.execute(f"PRAGMA user_version = {number + 1}")
    other.close()


def wait_until_heard(bell, seconds: float = PATIENCE) -> set[str]:
    """What, as the hub waits, without the look that it takes now and then."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        with selectors.DefaultSelector() as selector:
            if (file := bell.fileno()) is not None:
                selector.register(file, selectors.EVENT_READ)
            selector.select(min(left, bell.every or left))
        if heard := bell.heard():
            return heard
    return set()


def test_ring_of_another_process_is_heard_each_time(bell, ring):
    told = {TOPIC} if isinstance(bell, bells.Wire) else {bells.ANYTHING}
    for _ in range(3):
        ring()

        assert wait_until_heard(bell) == told


def test_bell_that_nobody_rings_is_silent_and_stays_open(bell, caplog):
    for _ in range(3):
        bell.fileno()
        assert bell.heard() == set()
    assert "broken" not in caplog.text


def test_a_wire_brings_no_rings_of_this_process_which_heard_them_already(bell):
    if isinstance(bell, bells.Wire):
        rings.Ring(TOPIC)()
        assert wait_until_heard(bell, SILENCE) == set()
    else:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA user_version = 9")
        # SQLite tells of every other connection, and the bell has one of its own.
        assert bell.heard() == {bells.ANYTHING}


def test_bell_that_was_cut_off_says_so_and_is_heard_again(bell, ring, monkeypatch, caplog):
    monkeypatch.setattr(bells, "RETRY_SECONDS", 0)
    cut_off(bell)

    deadline = time.monotonic() + 2 * PATIENCE
    while "broken" not in caplog.text and isinstance(bell, bells.Wire):
        wait_until_heard(bell)
        assert time.monotonic() < deadline
    bell.fileno()
    bell.heard()
    ring()

    assert wait_until_heard(bell)


def cut_off(bell) -> None:
    """By the server, as when it restarts."""
    if isinstance(bell, Subscription):
        host, port = bell.connection.connection._sock.getsockname()
        bell.server.client_kill(f"{host}:{port}")
    elif isinstance(bell, Listening):
        with connection.cursor() as cursor:
            pid = bell.connection.info.backend_pid
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    else:
        bell.close()
