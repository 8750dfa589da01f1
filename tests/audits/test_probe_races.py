"""Many at once, with real transactions: never two runs of one watch, and each run once."""

import datetime as dt
import threading
import time

import pytest
from django.utils import timezone

from audits import tasks
from audits.models import Environment, ProbeRun, Project, Team, User, Watch, rolling, scheduling
from tests.audits.probing import PASS, FakeProbe, only
from tests.audits.racing import at_once

NOW = timezone.now() + dt.timedelta(days=1)


@pytest.fixture
def probe(monkeypatch) -> FakeProbe:
    probe = FakeProbe("looker")
    only(monkeypatch, probe)
    return probe


@pytest.fixture
def ada(transactional_db, probe) -> User:
    return User.objects.create_user("ada@example.org", name="Ada Park")


@pytest.fixture
def watches(ada) -> list[Watch]:
    team = Team.objects.found("Harbour", by=ada)
    project = Project.objects.create(team=team, name="Support")
    for number in range(4):
        Environment.objects.create(project=project, name=f"copy {number}", kind="staging")
    return list(Watch.objects.all())


def test_schedulers_and_people_at_once_queue_each_watch_once(watches, ada):
    verbs = [lambda: scheduling.queue_due(NOW)] * 3
    verbs += [lambda: ProbeRun.objects.ask(watches[0], by=ada)] * 3

    at_once(*verbs)

    assert sorted(ProbeRun.objects.values_list("watch", flat=True)) == [row.pk for row in watches]


def test_six_workers_rung_for_one_run_do_it_once(watches, probe, ada):
    def slowly(target, tools):
        time.sleep(0.2)
        return PASS

    probe.finding = slowly
    run = ProbeRun.objects.ask(watches[0], by=ada)

    at_once(*[lambda: tasks.execute_probe(str(run.pk))] * 6)

    assert len(probe.targets) == 1
    assert ProbeRun.objects.get().attempts == 1


def test_runs_never_overlap_on_one_watch(watches, probe, ada):
    inside, most = threading.Semaphore(4), []
    running: dict[str, int] = {}

    def count(target, tools):
        with inside:
            running[target.name] = running.get(target.name, 0) + 1
            most.append(running[target.name])
            time.sleep(0.02)
            running[target.name] -= 1
        return PASS

    probe.finding = count

    def work():
        for round_ in range(4):
            scheduling.queue_due(NOW + round_ * dt.timedelta(hours=1))
            for run in ProbeRun.objects.unfinished().select_related("watch__environment"):
                run.execute()

    at_once(*[work] * 4)

    assert max(most) == 1
    assert len(most) == ProbeRun.objects.filter(state="done").count() >= 4


def test_others_write_while_a_probe_looks(watches, probe, ada):
    def change_somewhere_else(target, tools):
        (done,) = at_once(lambda: watches[1].change(by=ada, enabled=True, every_minutes=3))
        assert done.every_minutes == 3
        return PASS

    probe.finding = change_somewhere_else
    run = ProbeRun.objects.ask(watches[0], by=ada)

    run.execute()

    assert ProbeRun.objects.get().verdict == "pass"


def test_one_of_two_workers_rolls_up(watches, ada):
    ProbeRun.objects.record(watches[0], PASS, by=ada)
    began, one_is_done = threading.Barrier(2), threading.Event()

    def let_go(now, until):
        one_is_done.wait(60)

    def roll():
        began.wait(60)
        rolled = rolling.roll_up(NOW + dt.timedelta(hours=2), let_go)
        one_is_done.set()
        return rolled

    assert sorted(at_once(roll, roll)) == [False, True]


def test_environment_is_removed_while_a_run_of_it_ends(watches, probe, ada, monkeypatch):
    locked = Watch.locked

    def lock_and_wait(watch):
        row = locked(watch)
        time.sleep(0.5)
        return row

    run = ProbeRun.objects.ask(watches[0], by=ada)
    monkeypatch.setattr(Watch, "locked", lock_and_wait)

    def remove():
        time.sleep(0.2)
        watches[0].environment.remove(by=ada)

    at_once(lambda: tasks.execute_probe(str(run.pk)), remove)

    assert not Environment.objects.filter(pk=watches[0].environment_id).exists()
