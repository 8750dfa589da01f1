"""The log line of a call."""

import json
import logging
from decimal import Decimal

import pytest

from audits.probes import call_log
from audits.probes.claude import ApiFault
from tests.audits.probes.clients import HELLO, MODEL, client

TEN = {
    "request_id",
    "timestamp",
    "model",
    "input_tokens",
    "output_tokens",
    "latency_ms",
    "status",
    "error",
    "user_id",
    "metadata",
}


@pytest.fixture
def lines(monkeypatch):
    """What is logged: the level, and the line read as JSON."""
    logger = logging.getLogger("anthropic.requests")
    kept = []
    handler = logging.Handler()
    handler.emit = lambda record: kept.append((record.levelname, record.getMessage()))
    monkeypatch.setattr(logger, "handlers", [handler])
    monkeypatch.setattr(logger, "propagate", False)
    monkeypatch.setattr(logger, "level", logging.INFO)
    logger.manager._clear_cache()
    yield kept
    logger.manager._clear_cache()


def logged(fake, *keys, **more):
    made = client(fake, *keys, **more)
    made.on_call = call_log.write
    return made


def test_a_success_is_one_line_with_the_ten_fields_and_what_it_cost(fake, lines):
    reply = logged(fake, metadata={"environment": "Production"}).message(HELLO)
    [(level, text)] = lines
    line = json.loads(text)
    assert line.keys() >= TEN
    assert (level, line["status"], line["http_status"]) == ("INFO", "success", 200)
    assert (line["request_id"], line["model"]) == (reply.request_id, MODEL)
    assert (line["input_tokens"], line["output_tokens"]) == (8, 12)
    assert Decimal(line["cost_usd"]) == Decimal("0.000068")
    assert line["timestamp"].endswith("+00:00")
    assert line["latency_ms"] > 0
    assert line["metadata"]["environment"] == "Production"


def test_retries_are_warnings_with_their_wait_and_the_last_one_an_error(fake, lines):
    fake.plan("overloaded", times=None)
    with pytest.raises(ApiFault):
        logged(fake).message(HELLO)
    read = [(level, json.loads(text)) for level, text in lines]
    assert [level for level, _ in read] == ["WARNING", "WARNING", "ERROR"]
    assert [line["metadata"]["attempt"] for _, line in read] == [1, 2, 3]
    assert read[0][1]["metadata"]["retry_in_s"] >= 0.05
    assert read[2][1]["metadata"]["retry_in_s"] is None
    assert {line["error_type"] for _, line in read} == {"overloaded_error"}
    assert len({line["correlation_id"] for _, line in read}) == 1
    assert len({line["request_id"] for _, line in read}) == 3


@pytest.mark.parametrize("situation", ["invalid-key", "credits-exhausted"])
def test_what_is_not_retried_is_an_error_at_once(fake, lines, situation):
    with pytest.raises(ApiFault):
        logged(fake, fake.key(situation)).message(HELLO)
    [(level, text)] = lines
    assert level == "ERROR"
    assert json.loads(text)["request_id"].startswith("req_")


def test_neither_key_nor_content_is_in_a_line(fake, lines):
    key = fake.key()
    claude = logged(fake, key)
    fake.plan("status", status=400, body=f'{{"error": {{"message": "what is {key}?"}}}}')
    with pytest.raises(ApiFault):
        claude.message(HELLO)
    claude.message(HELLO)
    text = " ".join(text for _, text in lines)
    for secret in (key, key[-12:], "Good morning", "made up by a simulator"):
        assert secret not in text


def test_what_a_simulator_answered_is_not_news(fake, lines):
    logged(fake, metadata={"simulated": "yes"}).list_models()
    assert lines == []


def test_what_steers_a_terminal_is_not_written_as_it_is(fake, lines):
    logged(fake, metadata={"environment": "\x9b31m\u202e\ud800"}).message(HELLO)
    assert lines[0][1].isascii()
