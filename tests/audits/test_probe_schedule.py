"""What is due is queued once, rung for, and rung for again until a worker has it."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone
from kombu.exceptions import OperationalError

from audits import tasks
from audits.models import ProbeRun, Watch, scheduling
from audits.models.runs import RING_AGAIN
from audits.probes.base import Queue
from tests.audits.probing import FakeProbe, only

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now() + MINUTE


@pytest.fixture
def rung(monkeypatch) -> list[dict]:
    """The options of each doorbell, with the id as `run`."""
    calls = []

    def ring(args, **options):
        calls.append({"run": args[0], **options})

    monkeypatch.setattr(tasks.execute_probe, "apply_async", ring)
    monkeypatch.setattr(tasks.roll_up, "apply_async", lambda *args, **options: None)
    return calls


@pytest.fixture
def watch(monkeypatch, project) -> Watch:
    only(monkeypatch, FakeProbe("looker"))
    return project.environments.create(name="eu-west", kind="production").watches.get()


@pytest.fixture
def many(watch, project) -> list[Watch]:
    for number in range(9):
        project.environments.create(name=f"copy {number}", kind="staging")
    return list(Watch.objects.all())


def test_new_watch_is_due_within_a_minute(watch, now):
    assert scheduling.queue_due(now) == 1

    run = ProbeRun.objects.get()
    assert (run.watch, run.trigger, run.state) == (watch, "schedule", "queued")


def test_next_time_is_a_tenth_around_the_period(many, now):
    scheduling.queue_due(now)

    waits = {(row.next_at - now) / MINUTE for row in Watch.objects.all()}
    assert all(9 <= wait <= 11 for wait in waits)
    assert len(waits) == 10


def test_watch_is_not_queued_while_its_run_is_unfinished(watch, now):
    scheduling.queue_due(now)

    assert scheduling.queue_due(now + dt.timedelta(hours=1)) == 0


def test_watch_that_is_off_or_by_hand_is_never_due(many, now, ed):
    many[0].change(by=ed, enabled=False, every_minutes=10)
    many[1].change(by=ed, enabled=True, every_minutes=0)

    assert scheduling.queue_due(now) == 8


def test_watch_that_is_switched_on_again_is_due_at_once(watch, ed):
    watch.change(by=ed, enabled=False, every_minutes=10)
    watch.change(by=ed, enabled=True, every_minutes=5)

    assert scheduling.queue_due(timezone.now()) == 1


def test_no_more_is_queued_than_may_be_unfinished(many, now, settings):
    settings.PROBES_QUEUED = 4

    assert [scheduling.queue_due(now) for _ in range(2)] == [4, 0]


def test_who_waited_longest_comes_first(many, now, settings):
    settings.PROBES_QUEUED = 1
    Watch.objects.filter(pk=many[7].pk).update(next_at=now - dt.timedelta(hours=1))

    scheduling.queue_due(now)

    assert ProbeRun.objects.get().watch == many[7]


def test_probe_that_was_taken_out_is_due_no_more(watch, now, monkeypatch):
    only(monkeypatch)

    assert scheduling.queue_due(now) == 0


def test_tick_rings_for_what_is_due(watch, rung, now):
    with time_machine.travel(now):
        tasks.tick()

    assert [call["run"] for call in rung] == [str(ProbeRun.objects.get().pk)]


def test_probes_of_latency_have_a_queue_of_their_own(watch, rung, now, monkeypatch, settings):
    only(monkeypatch, FakeProbe("looker", queue=Queue.LATENCY, seconds=45))

    tasks.run_probes(now, None)

    assert rung[0]["queue"] == f"{settings.CELERY_TASK_DEFAULT_QUEUE}-latency"
    assert (rung[0]["soft_time_limit"], rung[0]["time_limit"]) == (45, 75)


def test_run_that_no_worker_took_is_rung_for_after_a_while(watch, rung, now):
    tasks.run_probes(now, None)
    tasks.run_probes(now + RING_AGAIN / 2, None)
    assert len(rung) == 1

    tasks.run_probes(now + RING_AGAIN * 2, None)

    assert len(rung) == 2


def test_run_whose_worker_died_is_rung_for(watch, rung, now):
    tasks.run_probes(now, None)
    ProbeRun.objects.get().claim()

    with time_machine.travel(now + dt.timedelta(minutes=3)):
        tasks.run_probes(timezone.now(), None)

    assert len(rung) == 2


def test_run_that_is_done_is_not_rung_for(watch, rung, now):
    tasks.run_probes(now, None)
    ProbeRun.objects.get().execute()

    tasks.run_probes(now + RING_AGAIN * 2, None)

    assert len(rung) == 1


def test_broker_that_is_away_loses_no_run(many, now, monkeypatch, caplog, rung):
    working = tasks.execute_probe.apply_async
    tries = []

    def refuse(args, **options):
        tries.append(args)
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.execute_probe, "apply_async", refuse)
    tasks.run_probes(now, None)
    # One try a tick: each may take seconds.
    assert len(tries) == 1
    assert "did not take" in caplog.text

    monkeypatch.setattr(tasks.execute_probe, "apply_async", working)
    tasks.run_probes(now + dt.timedelta(seconds=10), None)

    assert len(rung) == 10


def test_worker_is_rung_for_after_the_commit(watch, rung, ed, django_capture_on_commit_callbacks):
    run = ProbeRun.objects.ask(watch, by=ed)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.ring_for_run(run)
        assert rung == []

    assert len(rung) == 1


def test_clock_that_was_set_back_makes_nobody_wait(watch, rung, now):
    in_three_years = now + dt.timedelta(days=1000)
    with time_machine.travel(in_three_years):
        tasks.tick()
        ProbeRun.objects.get().execute()

    with time_machine.travel(now):
        tasks.tick()

    assert len(rung) == 2


def test_clock_that_is_put_right_by_seconds_plans_nothing_anew(watch, now):
    planned = now + dt.timedelta(minutes=10)
    Watch.objects.update(next_at=planned)

    scheduling.make_up_for_clock(now, now + dt.timedelta(seconds=30))

    assert Watch.objects.get().next_at == planned


def test_tick_costs_the_same_with_many_watches(watch, project, now, django_assert_max_num_queries):
    scheduling.queue_due(now)
    project.environments.model.objects.bulk_create(
        project.environments.model(project=project, name=f"copy {number}", kind="staging")
        for number in range(300)
    )
    Watch.objects.make_all_missing()
    Watch.objects.update(next_at=now + dt.timedelta(hours=1))

    with django_assert_max_num_queries(6):
        scheduling.queue_due(now)
