"""A finding shows the last answer that the probe was given, and no key with it."""

import json

import pytest

from audits.probes import key_rotation, key_valid, latency, model_pinned, rate_headroom
from audits.probes.base import Verdict
from tests.audits.probes.against import PAID, target, tools

MODELS = ("claude-sonnet-5-5",)


def test_the_last_answer_is_shown_with_its_status_and_request_id(api):
    finding = model_pinned.probe.run(target(api, api.key(), models=MODELS), tools(api))
    assert finding.answer.startswith("200\n")
    assert "request-id: req_" in finding.answer
    assert '"id": "claude-sonnet-5-5"' in finding.answer


def test_limits_are_shown_with_their_headers(api):
    finding = rate_headroom.probe.run(target(api, api.key(), models=MODELS), tools(api))
    assert "anthropic-ratelimit-requests-remaining: " in finding.answer


def test_the_answer_of_a_failed_call_is_shown(api):
    finding = key_valid.probe.run(target(api, api.key("revoked-key")), tools(api))
    assert finding.answer.startswith("401\n")
    assert "authentication_error" in finding.answer


def test_an_error_shows_what_came_instead(api):
    api.plan("status", body="<html>Sign in</html>", times=None)
    finding = key_valid.probe.run(target(api, api.key()), tools(api))
    assert "<html>Sign in</html>" in finding.answer


def test_where_no_answer_came_none_is_shown(api):
    api.plan("reset")
    assert key_valid.probe.run(target(api, api.key()), tools(api)).answer == ""


def test_a_streamed_call_shows_its_text(api):
    asked = target(api, api.key(), models=MODELS, agreed=PAID)
    answer = latency.probe.run(asked, tools(api)).answer
    assert answer.startswith("200\n")
    assert answer.endswith("This answer was made up by a simulator.")


def test_a_long_answer_is_cut(api):
    for number in range(60):
        api.key(name=f"key {number}")
    asked = target(api, api.key(), admin=api.admin_key())
    assert len(key_rotation.probe.run(asked, tools(api)).answer) <= 2_000


def test_a_run_that_has_had_its_time_makes_no_further_call(api, monkeypatch):
    monkeypatch.setattr(model_pinned.probe, "seconds", -1, raising=False)
    finding = model_pinned.probe.run(target(api, api.key(), models=MODELS), tools(api))
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "was ended after" in finding.says
    assert not api.requests


@pytest.mark.parametrize("place", ["body", "header"])
def test_a_key_in_an_answer_is_not_shown(api, place):
    value = api.key()
    body = json.dumps({"data": [], "note": value if place == "body" else ""})
    headers = {"retry-after": value} if place == "header" else {}
    api.plan("status", body=body, headers=headers, times=None)
    finding = key_valid.probe.run(target(api, value), tools(api))
    assert finding.answer
    assert value not in repr(finding)
