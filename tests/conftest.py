"""The ground that every test stands on: a data folder, a database and a queue of the run's own."""

import gc
import os
import shutil
import sys
import tempfile
import time
import uuid
from functools import cache
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.db import connection, transaction
from hypothesis import HealthCheck
from hypothesis import settings as tries
from whitenoise.middleware import WhiteNoiseMiddleware

from config import celery_app
from tests import databases
from tests.fakes.fixtures import fake as fake

WORKER = "PYTEST_XDIST_WORKER" in os.environ  # which inherits what follows
if not WORKER:
    if settings.configured:
        raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests choose their own data.")
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="countersign-tests-")
    os.environ["CELERY_QUEUE"] = f"countersign-tests-{uuid.uuid4()}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)

database = settings.DATABASES["default"]
# A connection of a server's thread must not outlive its request, or nobody can drop the database.
database["CONN_MAX_AGE"] = 0
if database["ENGINE"].endswith("sqlite3"):
    # A file as in production: in memory, threads would lock one another out.
    database.setdefault("TEST", {})["NAME"] = str(settings.DATA_DIR / "tests.sqlite3")
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.CACHES["default"]["KEY_FUNCTION"] = lambda key, *_: f"{cache_space}:{key}"
django.setup()
# Redis has its channels for all of a server, and processes of the tests share one.
sys.modules["audits.models.rings"].CHANNEL = f"live:{uuid.uuid4()}"
# A process of the tests keeps millions of objects; looking through them all takes a tenth of it.
gc.set_threshold(100_000, 50, 50)

# Each client of a test loads the middleware; the static files are looked for once.
find_static_files = WhiteNoiseMiddleware.add_files_from_finders
static_files: dict = {}


def add_static_files(self):
    if not static_files:
        find_static_files(self)
        static_files.update(self.files)
    self.files.update(static_files)


WhiteNoiseMiddleware.add_files_from_finders = add_static_files

# A run says the same of the same tree; HYPOTHESIS_PROFILE=default looks for what no run tried yet.
# How long a try takes says more of what else the machine does.
slow = [HealthCheck.too_slow]
tries.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=slow)
tries.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

# Of what knows neither Django nor a server, nor asks for the database: which one is configured
# makes no difference to it, so it need not run again for another.
PURE = (
    *("audits/alerts", "audits/charts", "audits/exports", "audits/net", "audits/probes"),
    *("audits/reports", "audits/simulator", "checklist"),
)
# Of how the product starts, stops and is measured, of reports that are made once more, and of what
# its demo's pages are made of: the same with any database, and dear.
ONCE = (
    *("bench", "audits/views/test_demo_pages.py"),
    *("serve/test_faults.py", "serve/test_killed_render.py", "serve/test_simulator.py"),
    *("serve/test_start.py", "serve/test_stop.py", "serve/test_web_processes.py"),
    "test_second_look.py",
)
# What waits more than it computes comes first, so that no process is left with it at the end.
FIRST = (*ONCE, "serve")
DAY_SECONDS = 24 * 3600
DATABASE = {"db", "transactional_db", "django_db_setup"}
NO_SECOND_LOOK = 6  # for scripts/run-tests; pytest's own exit statuses end with 5
cache_space = ""
skipped: list[str] = []
broken: list[str] = []


@pytest.fixture(autouse=True)
def empty_cache():
    """A space of its own instead of a clear: the Redis of `make test-postgres` may be shared."""
    global cache_space
    cache_space = uuid.uuid4().hex


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Several processes copy one database; a single one is no slower to migrate its own."""
    if WORKER and connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = databases.migrated()["CELERY_QUEUE"]
    elif WORKER:
        source = Path(databases.migrated()["DATA_DIR"], databases.SQLITE)
        shutil.copy(source, connection.settings_dict["TEST"]["NAME"])


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb):
    """The copy of a file is kept as it is; its folder ends with the run."""
    return django_db_keepdb or (WORKER and connection.vendor == "sqlite")


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


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
    """Midnight parts no test: what it calls today would be yesterday at its end. (What a module
    shares may be of the day before.)"""
    left = DAY_SECONDS - time.time() % DAY_SECONDS
    if left < 20:
        time.sleep(left)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs):
    """To each its own: a test that travels in time would let expire what others have cached."""
    for spec in specs:
        spec.env["DATA_DIR"] = f"{os.environ['DATA_DIR']}/{spec.id}"
        spec.env["CELERY_QUEUE"] = f"{os.environ['CELERY_QUEUE']}-{spec.id}"


@pytest.hookimpl(tryfirst=True)  # before -m looks at the markers
def pytest_collection_modifyitems(config, items):
    for item in items:
        asks = item.get_closest_marker("django_db") or DATABASE & set(item.fixturenames)
        if not asks and is_in(PURE, item.path):
            item.add_marker("pure")
        if is_in(ONCE, item.path):
            item.add_marker("once")
    items.sort(key=lambda item: not is_in(FIRST, item.path))


@cache
def is_in(places, path) -> bool:
    return any(path.is_relative_to(Path(__file__).parent / place) for place in places)


def pytest_collectreport(report):
    if report.skipped:
        skipped.append(report.nodeid)
    elif report.failed:
        broken.append(f"{report.nodeid or 'a folder'} could not be collected")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    if error:
        broken.append(f"the process {node.gateway.id} of the tests ended before they did: {error}")


def pytest_runtest_logreport(report):
    if report.skipped and not hasattr(report, "wasxfail"):
        skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    by_tests = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    if by_tests and (skipped or broken):
        session.exitstatus = NO_SECOND_LOOK


def pytest_terminal_summary(terminalreporter):
    for name in skipped:
        terminalreporter.write_line(f"A skipped test fails the run: {name}", red=True)
    for what in broken:
        terminalreporter.write_line(f"This fails the run: {what}", red=True)


def pytest_unconfigure():
    if os.environ.get("CELERY_BROKER_URL"):
        with celery_app.connection_for_write() as broker:
            for queue in (settings.CELERY_TASK_DEFAULT_QUEUE, settings.LATENCY_QUEUE):
                broker.default_channel.queue_delete(queue)
    if not WORKER:
        databases.drop_shared()
        shutil.rmtree(Path(os.environ["DATA_DIR"]), ignore_errors=True)
