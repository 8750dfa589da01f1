import threading

from django.db import DatabaseError

from audits.models import Heartbeat
from audits.serving.heartbeat import keep_beating


def test_heartbeat_outlives_a_database_that_goes_and_comes_back(monkeypatch, caplog):
    stopped, beats = threading.Event(), []

    def beat(part):
        beats.append(part)
        if len(beats) in (2, 3):
            raise DatabaseError("the database is away")
        if len(beats) == 5:
            stopped.set()

    monkeypatch.setattr(Heartbeat, "beat", beat)
    monkeypatch.setattr("audits.serving.heartbeat.close_old_connections", lambda: None)
    keep_beating(stopped, seconds=0.001)
    assert beats == [Heartbeat.Part.WORKER] * 5
    assert caplog.text.count("the database is away") == 1
