"""A run as a piece of work: asked for, taken by one worker, kept with what was found."""

import datetime as dt
from dataclasses import replace

import pytest
import time_machine
from django.utils import timezone

from audits import tasks
from audits.models import Environment, ProbeRun, Sample, Watch
from audits.models.errors import Refused
from audits.models.leases import LEASE, MAX_ATTEMPTS
from audits.probes import base
from audits.probes.base import Cost
from audits.probes.findings import from_json
from tests.audits.probing import ERROR, FAIL, PASS, FakeProbe, only


@pytest.fixture
def probe(monkeypatch) -> FakeProbe:
    probe = FakeProbe("looker")
    only(monkeypatch, probe)
    return probe


@pytest.fixture
def watch(probe, project) -> Watch:
    return project.environments.create(name="eu-west", kind="production").watches.get()


@pytest.fixture
def run(watch, ed) -> ProbeRun:
    return ProbeRun.objects.ask(watch, by=ed)


def again(watch: Watch, ed) -> Watch:
    """Run it once more."""
    ProbeRun.objects.ask(watch, by=ed).execute()
    return Watch.objects.get(pk=watch.pk)


def test_new_environment_is_watched_by_every_probe(monkeypatch, project):
    only(monkeypatch, FakeProbe("one"), FakeProbe("two"))

    environment = project.environments.create(name="eu-west", kind="staging")

    assert [watch.probe for watch in environment.watches.all()] == ["one", "two"]


def test_environment_from_before_gets_the_watches_of_a_new_probe(monkeypatch, watch, probe):
    only(monkeypatch, probe, FakeProbe("newcomer"))

    Watch.objects.make_all_missing()

    assert [row.probe for row in watch.environment.watches.all()] == ["looker", "newcomer"]


def test_what_costs_or_intrudes_waits_for_a_yes(monkeypatch, project):
    only(monkeypatch, FakeProbe("dear", cost=Cost.PAID), FakeProbe("rude", intrusive=True))

    environment = project.environments.create(name="eu-west", kind="production")

    assert not environment.watches.filter(enabled=True).exists()
    assert not environment.watches.filter(next_at__isnull=False).exists()


def test_run_keeps_what_was_found(run):
    run.execute()

    kept = ProbeRun.objects.get(pk=run.pk)
    assert (kept.state, kept.verdict, kept.says) == ("done", "pass", "All is well.")
    assert from_json(kept.finding) == PASS
    assert kept.duration_ms is not None
    assert kept.lease_until is None


def test_watch_says_what_its_last_run_said(run, watch):
    run.execute()

    watch.refresh_from_db()
    assert (watch.verdict, watch.streak, watch.last_run) == ("pass", 1, run)
    assert watch.verdict_at == watch.verdict_since == run.finished_at


def test_verdict_that_comes_again_counts_and_keeps_its_beginning(run, watch, ed):
    run.execute()

    watch = again(watch, ed)

    assert watch.streak == 2
    assert watch.verdict_since == run.finished_at < watch.verdict_at


def test_run_that_changes_the_verdict_stays(run, watch, probe, ed):
    run.execute()
    same = again(watch, ed).last_run
    probe.finding = FAIL

    other = again(watch, ed).last_run

    assert [row.stays for row in (run, same, other)] == [True, False, True]


def test_next_run_is_given_what_the_last_one_kept(watch, probe, ed):
    probe.finding = base.Finding(base.Verdict.PASS, "Well.", "So.", kept={"seen": 3})
    watch = again(watch, ed)

    again(watch, ed)

    assert [target.kept for target in probe.targets] == [{}, {"seen": 3}]


def test_samples_are_kept_and_given_to_the_next_run(watch, probe, ed):
    at = timezone.now()
    taken = base.Sample(at, "claude-sonnet-4-5", base.Decimal("210.5"), base.Decimal("900.125"))
    probe.finding = base.Finding(base.Verdict.PASS, "Well.", "So.", samples=(taken,))
    watch = again(watch, ed)

    again(watch, ed)

    assert probe.targets[1].samples == (taken,)
    assert Sample.objects.filter(watch=watch).count() == 2


def test_asking_twice_gives_the_same_run(run, watch, vic):
    assert ProbeRun.objects.ask(watch, by=vic) == run


def test_doorbell_that_rings_twice_runs_once(run, probe):
    tasks.execute_probe(str(run.pk))
    tasks.execute_probe(str(run.pk))

    assert len(probe.targets) == 1


def test_run_in_another_workers_hands_is_left_alone(run, probe):
    assert ProbeRun.objects.get(pk=run.pk).claim()

    tasks.execute_probe(str(run.pk))

    assert probe.targets == []


def test_run_whose_worker_died_is_taken_up_again(run, probe):
    ProbeRun.objects.get(pk=run.pk).claim()

    with time_machine.travel(timezone.now() + LEASE + dt.timedelta(seconds=1)):
        tasks.execute_probe(str(run.pk))

    assert len(probe.targets) == 1


def test_lease_from_before_the_clock_was_set_back_is_over(run, probe):
    with time_machine.travel(timezone.now() + dt.timedelta(days=3)):
        ProbeRun.objects.get(pk=run.pk).claim()

    tasks.execute_probe(str(run.pk))

    assert len(probe.targets) == 1


def test_run_that_killed_three_workers_is_given_up(run, probe):
    ProbeRun.objects.update(attempts=MAX_ATTEMPTS)

    tasks.execute_probe(str(run.pk))

    kept = ProbeRun.objects.get(pk=run.pk)
    assert (kept.state, kept.verdict) == ("done", "error")
    assert kept.says.startswith("The worker died 3 times")
    assert probe.targets == []


def test_late_answer_of_a_worker_that_was_thought_dead_counts_no_more(run, probe):
    def take_over(target, tools):
        ProbeRun.objects.update(attempts=5)
        return FAIL

    probe.finding = take_over

    run.execute()

    assert ProbeRun.objects.get(pk=run.pk).verdict == ""


def test_environment_that_is_removed_meanwhile_takes_its_run_along(run, probe, ed):
    def remove(target, tools):
        Environment.objects.get().remove(by=ed)
        return PASS

    probe.finding = remove

    run.execute()

    assert not ProbeRun.objects.exists()


def test_finding_that_was_made_elsewhere_is_recorded(watch, ed):
    run = ProbeRun.objects.record(watch, ERROR, by=ed)

    watch.refresh_from_db()
    assert (run.state, watch.verdict, watch.last_run) == ("done", "error", run)


def test_words_of_a_hostile_page_are_kept_in_a_form_that_can_be_stored(watch, ed):
    finding = base.Finding.error("A\x00B\ud800", how="", next_step="", answer="\x00")

    run = ProbeRun.objects.record(watch, finding, by=ed)

    assert ProbeRun.objects.get(pk=run.pk).says == "AB"


def test_what_fails_after_a_run_does_not_lose_it(run, monkeypatch, caplog):
    def fail(run):
        raise ZeroDivisionError

    monkeypatch.setattr("audits.models.running.after_run", fail)

    run.execute()

    assert ProbeRun.objects.get(pk=run.pk).verdict == "pass"
    assert "was not done" in caplog.text


def test_nobody_runs_a_paid_probe_before_somebody_agreed(monkeypatch, project, ed):
    only(monkeypatch, FakeProbe("dear", cost=Cost.PAID))
    watch = project.environments.create(name="eu-west", kind="staging").watches.get()

    with pytest.raises(Refused, match="agree to pay"):
        ProbeRun.objects.ask(watch, by=ed)


def test_intrusive_probe_does_not_run_on_what_became_production_since(run, probe, ed, watch):
    probe.intrusive = True

    run.execute()

    assert ProbeRun.objects.get(pk=run.pk).verdict == "inconclusive"
    assert probe.targets == []


def test_run_that_could_not_look_leaves_what_the_next_one_compares_with(watch, probe, ed):
    probe.finding = replace(PASS, kept={"first": "digest"})
    again(watch, ed)
    probe.finding = ERROR

    assert again(watch, ed).kept == {"first": "digest"}
