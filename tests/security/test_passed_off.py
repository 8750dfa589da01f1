"""What a team may not pass off as seen of its environment."""

import pytest

from audits.models import Environment, ProbeRun
from tests.audits.probing import PASS, FakeProbe, only


@pytest.fixture
def probe(monkeypatch) -> FakeProbe:
    probe = FakeProbe("looker")
    only(monkeypatch, probe)
    return probe


@pytest.fixture
def environment(probe, project) -> Environment:
    return project.environments.create(
        name="eu-west", kind="production", page_url="https://example.org"
    )


def outcome(run: ProbeRun) -> ProbeRun:
    """As a worker does it, which is rung by its key."""
    ProbeRun.objects.get(pk=run.pk).execute()
    return ProbeRun.objects.get(pk=run.pk)


def test_run_that_was_asked_for_before_the_simulator_was_named_is_simulated(environment, ed):
    run = ProbeRun.objects.ask(environment.watches.get(), by=ed)
    environment.change(by=ed, page_url="simulator:app")

    assert outcome(run).simulated


def test_what_was_seen_of_another_address_is_left_out(environment, probe, ed):
    def change_and_pass(target, tools):
        environment.change(by=ed, page_url="https://other.example")
        return PASS

    probe.finding = change_and_pass
    run = outcome(ProbeRun.objects.ask(environment.watches.get(), by=ed))

    assert run.verdict == "error"
    assert "changed while the probe looked" in run.says
