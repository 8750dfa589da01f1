import pytest
from django.test import Client

from audits.tasks import render_report
from tests.audits.views.routes import Things, render


@pytest.fixture
def browser():
    """A browser in which that person is signed in: `browser(alice).get(…)`."""

    def sign_in(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def things(sealed_audit, vic) -> Things:
    """Of team Harbour, the audit sealed and its report rendered; vic asks."""
    things = Things(sealed_audit, vic)
    render(things.report)
    return things


@pytest.fixture
def rung(monkeypatch) -> list[str]:
    """The reports that a worker was asked for."""
    rung: list[str] = []
    monkeypatch.setattr(render_report, "delay", rung.append)
    return rung
