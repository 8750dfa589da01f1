import logging

import pytest


@pytest.fixture
def lines():
    """What the operator's log says of requests under a strange name."""
    said: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(self.format(record))

    logger = logging.getLogger("django.security.DisallowedHost")
    listener = Listener()
    logger.addHandler(listener)
    yield said
    logger.removeHandler(listener)


def test_request_under_a_strange_name_is_one_line_in_the_log(client, lines):
    client.get("/health/live", headers={"Host": "evil.example"})

    assert lines == [
        "Invalid HTTP_HOST header: 'evil.example'. "
        "You may need to add 'evil.example' to ALLOWED_HOSTS."
    ]
