from types import SimpleNamespace

import pytest
from django.conf import settings

from config import celery


@pytest.fixture
def heartbeats(monkeypatch):
    """The names of the threads that would have been started."""
    names = []

    def thread(name, **_):
        return SimpleNamespace(start=lambda: names.append(name))

    monkeypatch.setattr(celery, "threading", SimpleNamespace(Thread=thread))
    return names


def consume(monkeypatch, queue):
    monkeypatch.setattr(celery.app.amqp.queues, "_consume_from", {queue: None})


def test_the_worker_reports_itself_alive(monkeypatch, heartbeats):
    consume(monkeypatch, settings.CELERY_TASK_DEFAULT_QUEUE)
    celery.beat_from_now_on()
    assert heartbeats == ["heartbeat"]


def test_the_worker_for_latency_does_not_speak_for_it(monkeypatch, heartbeats):
    consume(monkeypatch, settings.LATENCY_QUEUE)
    celery.beat_from_now_on()
    assert heartbeats == []
