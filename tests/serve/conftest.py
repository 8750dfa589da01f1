import os
import uuid
from urllib.parse import urlsplit

import psycopg
import pytest

from config.celery import app
from tests.serve.served import Served, everything_of


@pytest.fixture(scope="session")
def installation(tmp_path_factory):
    """The environment of an installation of its own: data, database, queue. Prepared by the
    first test that starts it, so that the others are quick."""
    name = f"countersign_serve_{uuid.uuid4().hex}"
    variables = {
        "DATA_DIR": str(tmp_path_factory.mktemp("installation")),
        "CELERY_QUEUE": name,
        "HOST": "127.0.0.1",
        "PORT": "0",
        "TICK_SECONDS": "1",
        "WORKER_PROCESSES": "1",
        "WEB_PROCESSES": "2",
    }
    server = os.environ.get("DATABASE_URL", "")
    if server:
        variables["DATABASE_URL"] = urlsplit(server)._replace(path=f"/{name}").geturl()
        _administer(server, f'CREATE DATABASE "{name}"')
    yield variables
    if server:
        _administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')
    if os.environ.get("CELERY_BROKER_URL"):
        with app.connection_for_write() as broker:
            broker.default_channel.queue_delete(name)


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


@pytest.fixture
def running(serve):
    served = serve()
    served.wait_until_ready()
    return served
