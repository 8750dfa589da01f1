import pytest
from django.db import DatabaseError

from audits.models import Heartbeat
from audits.serving import checks
from audits.views import health


@pytest.fixture(autouse=True)
def tables_unseen():
    health.tables_are_current.clear()


@pytest.fixture
def all_well(db):
    for part in Heartbeat.Part:
        Heartbeat.beat(part)


def test_live_looks_at_no_database_even_for_somebody_who_is_signed_in(client):
    client.cookies["sessionid"] = "a-session-that-the-database-would-know"
    assert client.get("/health/live").json() == {"status": "live"}


def test_ready_when_database_worker_and_scheduler_are_well(client, all_well):
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})


def test_ready_names_the_silent_parts(client, db):
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json() == {
        "status": "not ready",
        "reasons": ["No worker has ever reported.", "No scheduler has ever reported."],
    }


def test_ready_names_missing_migrations(client, all_well, monkeypatch):
    monkeypatch.setattr(health, "unapplied_migrations", lambda: ["audits.0009_next"])
    assert client.get("/health/ready").json()["reasons"] == [
        "1 migrations are not applied; run manage.py migrate."
    ]


def test_ready_keeps_the_words_of_the_database_to_the_log(client, all_well, monkeypatch, caplog):
    def fail():
        raise DatabaseError("password authentication failed for user harbour")

    monkeypatch.setattr(health, "unapplied_migrations", fail)
    response = client.get("/health/ready")
    assert (response.status_code, response.json()["reasons"]) == (
        503,
        ["The database does not answer."],
    )
    assert "harbour" in caplog.text


def test_ready_asks_for_the_migrations_only_until_they_are_there(
    client, all_well, monkeypatch, django_assert_num_queries
):
    client.get("/health/ready")
    with django_assert_num_queries(len(Heartbeat.Part)):
        client.get("/health/ready")


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_is_for_machines(client, all_well, path):
    response = client.get(path)
    assert "no-store" in response["Cache-Control"]
    assert "Set-Cookie" not in response
    assert client.post(path).status_code == 405


def test_all_migrations_are_applied_here(db):
    assert checks.unapplied_migrations() == []
