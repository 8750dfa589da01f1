import pytest

from tests.audits.probes.against import NOW
from tests.audits.probes.apps import an_app
from tests.fakes.claude import running


@pytest.fixture
def api():
    """A double of its own whose clock stands at the targets' now."""
    with running(clock=NOW.timestamp) as one:
        yield one


@pytest.fixture
def app():
    """An app of its own, which answers 404 until a test says otherwise."""
    with an_app() as running:
        yield running
