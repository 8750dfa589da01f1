import multiprocessing
import stat
import time
from pathlib import Path
from queue import Empty

import pytest
from django.core.exceptions import ImproperlyConfigured
from kombu import Connection

from config import broker

spawn = multiprocessing.get_context("spawn")


def connect(folder: Path) -> Connection:
    url, options = broker.settings_for("", folder)
    return Connection(url, transport_options=options)


def produce(folder: Path, name: str, count: int) -> None:
    with connect(folder) as connection, connection.SimpleQueue("work") as queue:
        for number in range(count):
            queue.put(f"{name}-{number}")


def consume(folder: Path, received) -> None:
    with connect(folder) as connection, connection.SimpleQueue("work") as queue:
        while True:
            message = queue.get(timeout=30)
            message.ack()
            if message.payload == "enough":
                return
            received.put(message.payload)


def test_several_processes_lose_and_double_nothing(tmp_path):
    received = spawn.Queue()
    consumers = [spawn.Process(target=consume, args=(tmp_path, received)) for _ in range(2)]
    producers = [spawn.Process(target=produce, args=(tmp_path, n, 100)) for n in "abc"]
    for process in consumers + producers:
        process.start()
    got = sorted(received.get(timeout=120) for _ in range(300))
    produce_the_end(tmp_path, len(consumers))
    for process in consumers + producers:
        process.join(30)
    assert got == sorted(f"{n}-{i}" for n in "abc" for i in range(100))
    assert [process.exitcode for process in consumers + producers] == [0] * 5
    assert received.empty()


def produce_the_end(folder: Path, count: int) -> None:
    with connect(folder) as connection, connection.SimpleQueue("work") as queue:
        for _ in range(count):
            queue.put("enough")


def test_messages_arrive_in_the_order_of_sending(tmp_path):
    produce(tmp_path, "a", 20)
    with connect(tmp_path) as connection, connection.SimpleQueue("work") as queue:
        got = [queue.get(timeout=30).payload for _ in range(20)]
    assert got == [f"a-{i}" for i in range(20)]


def test_idle_consumer_is_polled_often_enough_for_a_hundred_milliseconds(tmp_path):
    with connect(tmp_path) as connection:
        assert connection.transport.polling_interval * 1.5 < 0.1


def test_damaged_message_is_thrown_away_and_the_next_one_read(tmp_path, caplog):
    produce(tmp_path, "a", 1)
    (tmp_path / "queued" / f"{0:020}_x.work.msg").touch()
    with connect(tmp_path) as connection, connection.SimpleQueue("work") as queue:
        assert queue.get(timeout=30).payload == "a-0"
    assert "damaged message" in caplog.text


def test_only_the_owner_may_look_into_the_folders(tmp_path):
    produce(tmp_path / "broker", "a", 1)
    folders = [path for path in (tmp_path / "broker").rglob("*") if path.is_dir()]
    assert {path.name for path in folders} == {"queued", "aside"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


def test_empty_queue_says_so_at_once(tmp_path):
    with connect(tmp_path) as connection, connection.SimpleQueue("work") as queue:
        began = time.monotonic()
        with pytest.raises(Empty):
            queue.get(block=False)
    assert time.monotonic() - began < 10


def test_broker_url_of_another_kind_is_refused_without_telling_its_password():
    with pytest.raises(ImproperlyConfigured, match="begins with sqs://") as refusal:
        broker.settings_for("sqs://key:secret@", Path())
    assert "secret" not in str(refusal.value)


def test_broker_url_is_left_as_it_is():
    assert broker.settings_for("amqp://guest@host//", Path()) == ("amqp://guest@host//", {})
