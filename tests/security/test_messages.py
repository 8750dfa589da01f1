"""What lies in the broker is data: whatever stands in it, it neither runs nor stops the worker."""

import os
import pickle

import pytest
from celery.exceptions import NotRegistered
from django.conf import settings
from kombu.exceptions import ContentDisallowed
from kombu.serialization import loads, prepare_accept_content

from config.celery import app
from tests.config.test_broker import connect, produce


@pytest.mark.parametrize(
    "content",
    [b"[1]", b'"x"', b"1", b"null", b"{}", b'{"properties": {}}', b"[" * 100_000, b"\xff"],
)
def test_what_is_no_message_is_thrown_away_and_the_next_one_read(tmp_path, content):
    produce(tmp_path, "a", 1)
    (tmp_path / "queued" / f"{0:020}_x.work.msg").write_bytes(content)

    with connect(tmp_path) as connection, connection.SimpleQueue("work") as queue:
        assert queue.get(timeout=60).payload == "a-0"


class Payload:
    def __reduce__(self):
        return os.getcwd, ()


def test_worker_unpacks_json_alone():
    packed = pickle.dumps(Payload())
    accepted = prepare_accept_content(settings.CELERY_ACCEPT_CONTENT)

    assert accepted == {"application/json"}
    with pytest.raises(ContentDisallowed):
        loads(packed, "application/x-python-serialize", "binary", accept=accepted)


def test_worker_knows_no_task_but_the_products():
    with pytest.raises(NotRegistered):
        app.tasks["os.system"]
