"""Who may use the API, how often, and what it says to everybody else."""

import datetime as dt
import logging

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from audits.models import ApiToken, Release
from tests.audits.api.conftest import Machine


def test_without_a_key_nothing_is_told(gate, db):
    answer = Client().get(gate, {"release": "v1"})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"] == (
        "Send the key of a token of your team: Authorization: Bearer cs_…"
    )


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer cs_wrong", "Basic Y3M6", "cs_", "Bearer \udce9"]
)
def test_wrong_key_opens_nothing(gate, project, header):
    answer = Client().get(gate, {"release": "v1"}, headers={"Authorization": header})

    assert answer.status_code == 401


def test_revoked_key_opens_nothing(machine, gate, token, alice):
    assert machine.get(gate, release="v1").status_code == 200

    token.revoke(by=alice)

    assert machine.get(gate, release="v1").status_code == 401


def test_session_of_an_owner_opens_nothing_and_is_not_looked_at(
    gate, releases, alice, django_assert_num_queries
):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    with django_assert_num_queries(0):
        assert client.get(gate, {"release": "v1"}).status_code == 401
    assert client.post(releases, {"name": "v1"}, "application/json").status_code == 401
    assert not Release.objects.exists()


def test_key_needs_no_csrf_token(key, releases):
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {key}"})

    assert client.post(releases, {"name": "v1"}, "application/json").status_code == 201


def test_answers_are_kept_by_nobody_and_set_no_cookie(machine, gate):
    answer = machine.get(gate, release="v1")

    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_token_of_a_team_writes_nothing_elsewhere(machine, mallory):
    project = mallory.teams.get().projects.create(name="Secret")

    answer = machine.post(f"/api/v1/projects/{project.pk}/releases", {"name": "v1"})

    assert answer.status_code == 404
    assert not Release.objects.exists()


def test_token_that_asks_too_often_waits(machine, gate, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"api": "2/m/key"}
    statuses = [machine.get(gate, release="v1").status_code for _ in range(3)]

    answer = machine.get(gate, release="v1")

    assert statuses == [200, 200, 429]
    assert answer["Retry-After"] == "60"
    assert answer.json()["error"] == "Too many requests. Wait a minute before the next."


def test_token_that_asks_too_often_keeps_no_other_from_asking(
    machine, gate, settings, harbour, alice
):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"api": "1/m/key"}
    other = Machine(ApiToken.objects.issue(harbour, "Other", by=alice)[1])
    for _ in range(2):
        machine.get(gate, release="v1")

    assert other.get(gate, release="v1").status_code == 200


def test_whoever_tries_keys_is_stopped_and_the_right_key_is_not(machine, gate):
    guesser = Machine("cs_guess")
    statuses = [guesser.get(gate, release="v1").status_code for _ in range(21)]

    assert statuses == [401] * 20 + [429]
    assert machine.get(gate, release="v1").status_code == 200


def test_use_is_noted_at_most_once_a_minute(machine, gate, token):
    machine.get(gate, release="v1")
    token.refresh_from_db()
    first = token.last_used_at

    machine.get(gate, release="v1")

    token.refresh_from_db()
    assert first is not None
    assert token.last_used_at == first


def test_use_is_noted_again_after_a_minute(machine, gate, token):
    earlier = timezone.now() - dt.timedelta(seconds=61)
    type(token).objects.filter(pk=token.pk).update(last_used_at=earlier)

    machine.get(gate, release="v1")

    token.refresh_from_db()
    assert token.last_used_at > earlier


def test_key_is_in_no_log_and_in_no_dump(machine, key, gate, releases, caplog, tmp_path):
    with caplog.at_level(logging.DEBUG):
        machine.get(gate, release="v1")
        machine.post(releases, {"name": "v1"})
        machine.post(releases, {"nam": "v1"})
        Machine(key[:-1]).get(gate, release="v1")
    dump = tmp_path / "dump.json"
    call_command("dumpdata", output=str(dump), verbosity=0)

    secret = key[8:]
    assert secret not in caplog.text
    assert secret not in dump.read_text()
    assert "Pipeline" in dump.read_text()


def test_log_that_is_given_a_key_keeps_its_beginning_alone(key):
    from config.logs import WithoutTokens

    record = logging.LogRecord("x", logging.ERROR, "", 1, "Authorization: %s", (key,), None)

    WithoutTokens().filter(record)

    assert record.getMessage() == f"Authorization: {key[:8]}…"


def test_unknown_address_is_told_in_json(machine):
    answer = machine.get("/api/v1/projects/none/sign-off")

    assert answer.status_code == 404
    assert "openapi.json" in answer.json()["error"]


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head"])
def test_wrong_method_is_told_in_json(machine, releases, method):
    answer = getattr(machine.client, method)(releases)

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"


def test_failure_of_ours_is_told_in_json_and_logged(machine, gate, monkeypatch, caplog):
    def fail(*_args, **_kwargs):
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr("audits.api.endpoints.verdicts", fail)

    answer = machine.get(gate, release="v1")

    assert answer.status_code == 500
    assert "the disk is gone" not in answer.content.decode()
    assert "the disk is gone" in caplog.text
