import datetime as dt

import pytest
import time_machine
from django.db import DatabaseError
from django.utils import timezone
from kombu.exceptions import OperationalError

from audits import tasks
from audits.models import Answer, Heartbeat, Report


@pytest.fixture
def rung(monkeypatch) -> list:
    """The ids for which a worker was rung."""
    ids = []

    def ring(args, kwargs=None, **options):
        ids.append(args[0])

    monkeypatch.setattr(tasks.render_report, "apply_async", ring)
    return ids


@pytest.fixture
def lapsed(audit, ed, noor) -> list[Answer]:
    """Two acceptances whose last day was yesterday."""
    yesterday = timezone.now() - dt.timedelta(days=1)
    with time_machine.travel(yesterday):
        return [
            answer.record(
                "risk_accepted", by=noor, reason="So.", approver=noor, until=yesterday.date()
            )
            for answer in audit.answers.filter(position__lte=2)
        ]


def test_tick_is_the_schedulers_sign_of_life(db, rung):
    assert Heartbeat.complaint(Heartbeat.Part.SCHEDULER) == "No scheduler has ever reported."

    tasks.tick()

    assert Heartbeat.complaint(Heartbeat.Part.SCHEDULER) == ""


def test_silent_worker_is_complained_of_in_seconds(db):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        Heartbeat.beat(Heartbeat.Part.WORKER)
        clock.shift(21)
        complaint = Heartbeat.complaint(Heartbeat.Part.WORKER)

    assert complaint == "The worker was last heard of 21 s ago."


def test_tick_rings_again_for_a_report_that_waits(sealed_audit, rung):
    tasks.tick()

    assert rung == [str(Report.objects.get().pk)]


def test_tick_leaves_a_finished_report_alone(sealed_audit, rung):
    Report.objects.update(state=Report.State.DONE)

    tasks.tick()

    assert rung == []


def test_tick_reopens_everything_that_lapsed(lapsed, rung):
    tasks.tick()

    assert not Answer.objects.filter(state="risk_accepted").exists()


def test_one_answer_that_fails_does_not_hold_up_the_others(lapsed, rung, monkeypatch, caplog):
    reopen = Answer.reopen_lapsed

    def fail_first(answer):
        if answer == lapsed[0]:
            raise DatabaseError("lock timeout")
        return reopen(answer)

    monkeypatch.setattr(Answer, "reopen_lapsed", fail_first)

    tasks.tick()

    assert [answer.pk for answer in Answer.objects.lapsed()] == [lapsed[0].pk]
    assert f"answer {lapsed[0].pk} could not be reopened" in caplog.text


STEPS = [
    "run_probes",
    "_reopen_lapsed",
    "_end_rounds",
    "_try_reports_again",
    "_ring_for_reports",
    "_reconsider",
    "_ring_for_deliveries",
    "_ring_for_review_mail",
    "_remind",
    "_ring_for_reminders",
    "sweep",
]


@pytest.mark.parametrize("broken", STEPS)
def test_step_that_breaks_keeps_no_other_from_its_turn(db, monkeypatch, caplog, broken):
    took_turn = []

    def turn(name):
        def take(*args):
            took_turn.append(name)
            if name == broken:
                raise RuntimeError("out of the blue")

        take.__name__ = name
        return take

    for name in STEPS:
        monkeypatch.setattr(tasks, name, turn(name))

    tasks.tick()

    assert took_turn == STEPS
    assert f"step {broken} broke" in caplog.text
    assert "out of the blue" in caplog.text


def test_review_that_breaks_the_tick_keeps_no_probe_from_being_queued(db, monkeypatch):
    queued = []
    monkeypatch.setattr(tasks.scheduling, "queue_due", queued.append)

    def break_off(now):
        raise RuntimeError("out of the blue")

    monkeypatch.setattr(tasks.review_probes, "due", break_off)

    tasks.tick()

    assert len(queued) == 1


def test_worker_is_rung_for_only_after_the_commit(
    sealed_audit, rung, monkeypatch, django_capture_on_commit_callbacks
):
    report = Report.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.ring_for_report(report)
        assert rung == []

    assert rung == [str(report.pk)]


def test_broker_that_is_away_loses_no_report(
    sealed_audit, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def refuse(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.render_report, "apply_async", refuse)
    report = Report.objects.get()

    with django_capture_on_commit_callbacks(execute=True):
        tasks.ring_for_report(report)

    assert report in Report.objects.waiting()
    assert "did not take the request" in caplog.text


def test_rendering_by_id_renders_that_report(audit, ed, monkeypatch):
    monkeypatch.setattr("audits.reports.pdf.render_pdf", lambda *a, **k: b"%PDF-1.7")
    report = Report.objects.request(audit, by=ed)

    tasks.render_report(str(report.pk))

    assert Report.objects.get().state == "done"
