import logging
from io import StringIO

import pytest


@pytest.fixture
def log(monkeypatch) -> StringIO:
    """What the operator's log says of requests that somebody made up."""
    handlers = logging.getLogger("django.security").handlers
    handler = next(handler for handler in handlers if handler.name == "lines")
    log = StringIO()
    monkeypatch.setattr(handler, "stream", log)
    return log


def test_request_under_a_strange_name_is_one_line_in_the_log(client, log):
    client.get("/health/live", headers={"Host": "evil.example"})

    (line,) = log.getvalue().splitlines()
    assert line.endswith("You may need to add 'evil.example' to ALLOWED_HOSTS.")


def test_form_of_too_many_fields_is_one_line_in_the_log(client, log):
    response = client.post("/theme/", {f"field-{number}": "x" for number in range(1001)})

    (line,) = log.getvalue().splitlines()
    assert response.status_code == 400
    assert "TooManyFieldsSent" in line


def test_nobody_writes_lines_of_their_own_into_the_log(client, log):
    client.get("/health/live", headers={"Host": "evil\r\n2026-01-01 CRITICAL"})

    assert len(log.getvalue().splitlines()) == 1
