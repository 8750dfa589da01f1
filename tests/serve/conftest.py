import contextlib
import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from config.celery import app
from tests.serve.served import PROJECT, Served, everything_of

SQLITE, STATIC = "countersign.sqlite3", "static"
PREPARE = """
from django.core.management import call_command
from audits.serving.statics import collect_static_files
call_command("migrate", verbosity=0)
call_command("load_checklists")
collect_static_files()
"""


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """The environment of a database that is migrated, with its checklists, and a folder with the
    static files: to be copied, since making them takes longer than most tests."""
    with _database(str(tmp_path_factory.mktemp("prepared"))) as variables:
        subprocess.run(
            [sys.executable, "manage.py", "shell", "-c", PREPARE],
            cwd=PROJECT,
            env=os.environ | variables,
            check=True,
            capture_output=True,
        )
        yield variables


@pytest.fixture(scope="session")
def installation(tmp_path_factory, prepared):
    """The environment of an installation of its own: data, database, queue. Without the demo,
    which is made of a database without accounts alone: whether there were one would depend on
    who came first."""
    with _installed(tmp_path_factory, prepared) as variables:
        yield variables | {"DEMO": "0"}


@pytest.fixture
def new_installation(tmp_path_factory, prepared):
    """One that nobody started yet."""
    with _installed(tmp_path_factory, prepared) as variables:
        yield variables


@contextlib.contextmanager
def _installed(tmp_path_factory, prepared):
    folder = str(tmp_path_factory.mktemp("installation"))
    with _database(folder, prepared) as variables:
        yield variables | {
            "HOST": "127.0.0.1",
            "PORT": "0",
            "TICK_SECONDS": "1",
            "WORKER_PROCESSES": "1",
            "WEB_PROCESSES": "2",
        }
        if os.environ.get("CELERY_BROKER_URL"):
            queue = variables["CELERY_QUEUE"]
            with app.connection_for_write() as broker:
                for name in (queue, f"{queue}-latency"):
                    broker.default_channel.queue_delete(name)


@contextlib.contextmanager
def _database(folder: str, source: dict[str, str] | None = None):
    """A database, and a queue of its name; with `source`, copies of that one and its files."""
    name = f"countersign_serve_{uuid.uuid4().hex}"
    variables = {"DATA_DIR": folder, "CELERY_QUEUE": name}
    server = os.environ.get("DATABASE_URL", "")
    if source:
        shutil.copytree(Path(source["DATA_DIR"], STATIC), Path(folder, STATIC))
    if not server:
        if source:
            shutil.copy(Path(source["DATA_DIR"], SQLITE), folder)
        yield variables
        return
    template = f' TEMPLATE "{source["CELERY_QUEUE"]}"' if source else ""
    _administer(server, f'CREATE DATABASE "{name}"{template}')
    try:
        yield variables | {"DATABASE_URL": urlsplit(server)._replace(path=f"/{name}").geturl()}
    finally:
        _administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _administer(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture
def serve(installation):
    """`serve(**environment)` starts the product; whatever is left of it ends with the test."""
    started: list[Served] = []

    def _serve(*arguments: str, **environment: str) -> Served:
        started.append(Served(installation | environment, *arguments))
        return started[-1]

    yield _serve
    for served in started:
        served.kill()
    assert everything_of(installation["DATA_DIR"]) == []


@pytest.fixture(scope="module")
def open_house(tmp_path_factory, prepared):
    """`open_house(**environment)`: the product without its demo, for all tests of a file that do
    not end it; its environment is `.installation`."""
    with _installed(tmp_path_factory, prepared) as variables:
        started: list[Served] = []

        def _open_house(**environment: str) -> Served:
            served = Served(variables | {"DEMO": "0"} | environment)
            served.installation = variables
            started.append(served)
            served.wait_until_ready()
            return served

        yield _open_house
        for served in started:
            served.kill()


@pytest.fixture(scope="module")
def house(open_house):
    return open_house()


@pytest.fixture
def running(serve):
    served = serve()
    served.wait_until_ready()
    return served
