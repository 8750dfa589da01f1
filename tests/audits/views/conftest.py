import pytest

from audits.tasks import render_report
from tests.audits.views.things import Things, render
from tests.proving import device, only_owner, person

__all__ = ["device", "only_owner", "person"]


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
