import contextlib
import os
import uuid

import pytest

from config.celery import app
from tests import databases
from tests.serve.served import Served, everything_of


@pytest.fixture(scope="session")
def installation(tmp_path_factory):
    """The environment of an installation of its own: data, database, queue. Without the demo,
    which is made of a database without accounts alone: whether there were one would depend on
    who came first."""
    with _installed(tmp_path_factory) as variables:
        yield variables | {"DEMO": "0"}


@pytest.fixture
def new_installation(tmp_path_factory):
    """One that nobody started yet."""
    with _installed(tmp_path_factory) as variables:
        yield variables


@contextlib.contextmanager
def _installed(tmp_path_factory):
    name = f"countersign_serve_{uuid.uuid4().hex}"
    variables = databases.environment(tmp_path_factory.mktemp("installation"), name)
    databases.fill(variables, databases.prepared())
    try:
        yield variables | {
            "HOST": "127.0.0.1",
            "PORT": "0",
            "TICK_SECONDS": "1",
            "WORKER_PROCESSES": "1",
            "WEB_PROCESSES": "2",
        }
    finally:
        if os.environ.get("CELERY_BROKER_URL"):
            with app.connection_for_write() as broker:
                for queue in (name, f"{name}-latency"):
                    broker.default_channel.queue_delete(queue)
        databases.drop(variables)


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
def open_house(tmp_path_factory):
    """`open_house(**environment)`: the product without its demo, for all tests of a file that do
    not end it; its environment is `.installation`."""
    with _installed(tmp_path_factory) as variables:
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
