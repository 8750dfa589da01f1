"""The ground that every test stands on: a data folder, a database and a queue of the run's own."""

import os
import shutil
import tempfile
import uuid
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.db import connection, transaction

from config import celery_app

WORKER = "PYTEST_XDIST_WORKER" in os.environ  # which inherits what follows
if not WORKER:
    if settings.configured:
        raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests choose their own data.")
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="countersign-tests-")
    os.environ["CELERY_QUEUE"] = f"countersign-tests-{uuid.uuid4()}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    settings.STATIC_ROOT.mkdir()

database = settings.DATABASES["default"]
# A connection of a server's thread must not outlive its request, or nobody can drop the database.
database["CONN_MAX_AGE"] = 0
if database["ENGINE"].endswith("sqlite3"):
    # A file as in production: in memory, threads would lock one another out.
    database.setdefault("TEST", {})["NAME"] = str(settings.DATA_DIR / "tests.sqlite3")
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.CACHES["default"]["KEY_FUNCTION"] = lambda key, *_: f"{cache_space}:{key}"
django.setup()

cache_space = ""
skipped: list[str] = []


@pytest.fixture(autouse=True)
def empty_cache():
    """A space of its own instead of a clear: the Redis of `make test-postgres` may be shared."""
    global cache_space
    cache_space = uuid.uuid4().hex


@pytest.fixture(scope="session", autouse=True)
def flush_past_triggers():
    """SQLite has no TRUNCATE: between transactional tests the triggers step aside."""
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def flush_without_triggers(self, statements):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            flush(self, statements)
            for _, sql in triggers:
                cursor.execute(sql)

    if connection.vendor == "sqlite":
        operations.execute_sql_flush = flush_without_triggers
    yield
    operations.execute_sql_flush = flush


def pytest_collectreport(report):
    if report.skipped:
        skipped.append(report.nodeid)


def pytest_runtest_logreport(report):
    if report.skipped and not hasattr(report, "wasxfail"):
        skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    if skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    for name in skipped:
        terminalreporter.write_line(f"A skipped test fails the run: {name}", red=True)


def pytest_unconfigure():
    if not WORKER:
        if os.environ.get("CELERY_BROKER_URL"):
            with celery_app.connection_for_write() as broker:
                broker.default_channel.queue_delete(settings.CELERY_TASK_DEFAULT_QUEUE)
        shutil.rmtree(Path(os.environ["DATA_DIR"]), ignore_errors=True)
