"""What keeps a probe from looking is an error that says so: no verdict, and nothing hangs."""

import socket
import time
from ipaddress import ip_network

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError

from audits.models import KeyReference, ProbeRun, Watch
from audits.models.sealed_values import seal
from audits.net.door import Limits
from audits.probes.base import Finding
from audits.probes.secrets import Secret
from tests.audits.probing import PASS, FakeProbe, only

CANARY = "sk-ant-api03-canary-that-nobody-may-see"


@pytest.fixture
def probe(monkeypatch) -> FakeProbe:
    probe = FakeProbe("looker")
    only(monkeypatch, probe)
    return probe


@pytest.fixture
def watch(probe, project) -> Watch:
    return project.environments.create(name="eu-west", kind="staging").watches.get()


def outcome(watch: Watch, ed) -> ProbeRun:
    """Of a run, as it is kept."""
    run = ProbeRun.objects.ask(watch, by=ed)
    run.execute()
    return ProbeRun.objects.get(pk=run.pk)


def failing(error: Exception):
    def fail(*_):
        raise error

    return fail


def asking(url: str, **limits):
    """A probe that asks for the address and lets the door's faults through."""

    def ask(target, tools) -> Finding:
        tools.door.request("GET", url, limits=Limits(**limits))
        return PASS

    return ask


def test_probe_that_takes_too_long_ends_as_an_error(watch, probe, ed):
    probe.finding = failing(SoftTimeLimitExceeded())

    run = outcome(watch, ed)

    assert (run.state, run.verdict) == ("done", "error")
    assert run.says == "The probe took longer than 30 s and was stopped."


def test_time_that_is_up_while_the_finding_is_stored_loses_nothing(watch, ed, monkeypatch):
    finish, left = ProbeRun.finish, [SoftTimeLimitExceeded()]

    def late(run):
        done = finish(run)
        if left:
            raise left.pop()
        return done

    monkeypatch.setattr(ProbeRun, "finish", late)

    assert outcome(watch, ed).verdict == "pass"


def test_unknown_fault_is_told_without_its_text_which_may_hold_a_key(watch, probe, ed, caplog):
    probe.finding = failing(ValueError(f"Illegal header value b'{CANARY}'"))

    run = outcome(watch, ed)

    assert run.says == "The probe stopped with ValueError."
    assert "test_probe_faults.py" in caplog.text
    assert CANARY not in caplog.text + str(run.finding)


def test_name_that_does_not_resolve_is_an_error(watch, probe, ed):
    probe.finding = asking("https://nowhere.invalid/")

    run = outcome(watch, ed)

    assert run.verdict == "error"
    assert run.says.startswith("A server that it asked")


def test_server_that_never_ends_is_left_after_its_time(watch, probe, ed, settings):
    settings.PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        probe.finding = asking(f"http://127.0.0.1:{port}/", total_s=2)
        began = time.monotonic()

        run = outcome(watch, ed)

    assert run.verdict == "error"
    assert "did not" in run.says
    assert time.monotonic() - began < 20


def test_database_that_is_gone_when_the_run_ends_costs_the_run_and_not_its_watch(
    watch, probe, ed, monkeypatch
):
    run = ProbeRun.objects.ask(watch, by=ed)
    with monkeypatch.context() as gone:
        gone.setattr(ProbeRun, "finish", failing(OperationalError("the connection is closed")))
        with pytest.raises(OperationalError):
            run.execute()
    ProbeRun.objects.update(lease_until="2026-01-01T00:00Z")

    ProbeRun.objects.get().execute()

    assert ProbeRun.objects.get().verdict == "pass"
    assert len(probe.targets) == 2


def test_database_that_goes_while_the_probe_looks_is_an_error(watch, probe, ed):
    probe.finding = failing(OperationalError("server closed the connection"))

    assert outcome(watch, ed).says == "The database went away meanwhile."


def test_probe_that_there_is_no_more_is_an_error(watch, ed, monkeypatch):
    run = ProbeRun.objects.ask(watch, by=ed)
    only(monkeypatch)

    run.execute()

    assert ProbeRun.objects.get().says == "There is no probe “looker”."


def test_simulator_that_does_not_run_is_an_error(watch, ed):
    watch.environment.change(by=ed, api_url="simulator:claude")

    assert outcome(watch, ed).says.startswith("The bundled simulator does not run")


def add_key(watch: Watch, ed, **more) -> KeyReference:
    given = {"purpose": "api", "sealed_value": seal(Secret(CANARY)), "label": "first"}
    return KeyReference.objects.add(watch.environment, by=ed, **given | more)


def test_key_reaches_the_probe_that_needs_it_and_leaves_a_fingerprint(watch, probe, ed):
    probe.needs = ("keys",)
    key = add_key(watch, ed)

    outcome(watch, ed)

    (given,) = probe.targets[0].keys
    key.refresh_from_db()
    assert given.secret.reveal() == CANARY
    assert given.fingerprint == key.fingerprint
    assert len(key.fingerprint) == 64


def test_key_stays_away_from_a_probe_that_needs_none(watch, probe, ed):
    add_key(watch, ed)

    outcome(watch, ed)

    assert probe.targets[0].keys == ()


def test_key_is_not_sent_to_the_address_that_somebody_else_wrote(watch, probe, ed):
    probe.needs = ("keys",)
    add_key(watch, ed)
    watch.environment.change(by=ed, api_url="https://collector.example")

    run = outcome(watch, ed)

    assert "was added for api.anthropic.com" in run.says
    assert probe.targets == []


def test_key_that_cannot_be_unsealed_says_how_to_mend_it(watch, probe, ed):
    probe.needs = ("keys",)
    key = add_key(watch, ed, sealed_value="not what anybody sealed")

    run = outcome(watch, ed)

    key.refresh_from_db()
    assert run.verdict == "error"
    assert "encrypted with another key" in run.says
    assert key.fault


def test_siblings_keys_are_known_by_their_fingerprints_alone(watch, probe, project, ed):
    probe.needs = ("keys", "siblings")
    add_key(watch, ed)
    other = project.environments.create(name="live", kind="production")
    KeyReference.objects.add(other, by=ed, purpose="api", sealed_value=seal(Secret(CANARY)))

    outcome(watch, ed)

    (sibling,) = probe.targets[0].siblings
    assert sibling.fingerprints == {probe.targets[0].keys[0].fingerprint}
    assert CANARY not in repr(sibling)
