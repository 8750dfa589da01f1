"""A worker in the tests' own process, which finds what a test says, when it says so."""

import threading

import pytest
from django.db import connection

from audits.models import Heartbeat, ProbeRun
from audits.views import machine
from tests.audits.saying import found


class Worker:
    """Runs what it is rung for in a thread of its own, once it may, and finds `finding`."""

    def __init__(self):
        self.finding = found("fail", "Users wait 12 s.", fast="fail")
        self.may = threading.Event()
        self.threads: list[threading.Thread] = []

    def ring(self, run: ProbeRun) -> None:
        thread = threading.Thread(target=self._execute, args=[run.pk])
        self.threads.append(thread)
        thread.start()

    def _execute(self, pk) -> None:
        self.may.wait(60)
        try:
            ProbeRun.objects.get(pk=pk).execute()
        finally:
            connection.close()


@pytest.fixture
def worker(monkeypatch, transactional_db):
    worker = Worker()
    Heartbeat.beat(Heartbeat.Part.WORKER)
    monkeypatch.setattr(machine, "ring_for_run", worker.ring)
    monkeypatch.setattr("audits.models.running.look", lambda run: worker.finding)
    yield worker
    worker.may.set()
    for thread in worker.threads:
        thread.join(60)
