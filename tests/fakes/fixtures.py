import pytest

from tests.fakes.claude import running


@pytest.fixture
def fake():
    """A double of its own, with nobody's key yet."""
    with running() as one:
        yield one
