"""A bad request gets the documented envelope and a request id, and is not billed."""

import json
from decimal import Decimal

import pytest

from audits.probes.base import Verdict
from audits.probes.claude_calls import Reply
from audits.probes.claude_faults import of_reply
from audits.probes.error_contract import FALLBACK_MODEL, judge, probe
from tests.audits.probes.against import check, figures, target, tools, verdicts


def run(api, **more):
    return probe.run(target(api, api.key(), **more), tools(api))


def answered(api, body: object, status: int = 400):
    text = body if isinstance(body, str) else json.dumps(body)
    api.plan("status", status=status, body=text)
    return run(api)


def envelope(**more):
    error = {"type": "invalid_request_error", "message": "messages: Field required"}
    return {"type": "error", "error": error, "request_id": "req_1"} | more


def test_the_apis_own_refusal_passes(api):
    finding = run(api, models=("claude-opus-5",))
    assert verdicts(finding) == {"envelope": "pass", "request-id": "pass", "not-billed": "pass"}
    assert figures(check(finding, "request-id"))["request id"].startswith("req_")
    assert "invalid_request_error" in finding.answer


def test_no_model_runs_on_the_request(api):
    run(api)
    sent = json.loads(api.came("/v1/messages")[0].body)
    # What lacks could be filled in on the way.
    assert (sent.pop("model"), sent) == (FALLBACK_MODEL, {"max_tokens": 0, "messages": []})
    assert not api.world.used


@pytest.mark.parametrize(
    ("body", "lacks"),
    [
        (envelope(type="problem"), "outer type"),
        (envelope(error={"type": "bad", "message": "m"}), "error.type"),
        (envelope(error={"type": "invalid_request_error"}), "a message"),
        ({"detail": "wrong"}, "outer type"),
        ("<html>400 Bad Request</html>", "outer type"),
        ('{"type": "error", "err', "outer type"),
        ("", "outer type"),
        ("[]", "outer type"),
        (envelope(error=[1]), "error.type"),
    ],
)
def test_another_envelope_fails_and_says_what_it_lacks(api, body, lacks):
    finding = answered(api, body)
    assert verdicts(finding)["envelope"] == "fail"
    assert lacks in check(finding, "envelope").says
    assert "gateway" in finding.next_step


def test_another_status_for_a_bad_request_fails(api):
    finding = answered(api, envelope(), status=422)
    assert "without the status 400" in check(finding, "envelope").says


def judged(headers: dict[str, str], body: object):
    reply = Reply.of(400, headers, json.dumps(body).encode(), Decimal(1))
    return judge(of_reply(reply), how="")


def test_an_error_without_a_request_id_fails():
    finding = judged({}, envelope())
    assert verdicts(finding) == {"envelope": "pass", "request-id": "fail", "not-billed": "pass"}


def test_two_request_ids_that_differ_fail():
    finding = judged({"request-id": "req_1"}, envelope(request_id="req_2"))
    assert "header says req_1, the envelope req_2" in finding.says


def test_a_request_id_that_is_no_text_does_not_count():
    finding = judged({"request-id": "req_1"}, envelope(request_id=7))
    assert verdicts(finding)["request-id"] == "pass"


def test_a_refusal_that_tells_usage_fails(api):
    finding = answered(api, envelope(usage={"input_tokens": 3}))
    assert verdicts(finding)["not-billed"] == "fail"


def test_a_request_that_is_answered_instead_of_refused_fails(api):
    finding = answered(api, {"content": []}, status=200)
    assert verdicts(finding) == {"envelope": "fail", "not-billed": "inconclusive"}
    assert "was answered 200" in finding.says
    assert "may be billed" in finding.says
    assert "Switch this probe off" in finding.next_step


def test_a_request_that_is_served_and_billed_says_so(api):
    usage = {"input_tokens": 8, "output_tokens": 12}
    finding = answered(api, {"content": [], "usage": usage}, status=200)
    assert verdicts(finding) == {"envelope": "fail", "not-billed": "fail"}
    assert "tells 20 tokens" in check(finding, "not-billed").says


@pytest.mark.parametrize(
    "what", ["overloaded", "server-error", "rate-limited", "reset", "too-large", "hang"]
)
def test_trouble_on_the_way_is_an_error(api, what):
    api.plan(what)
    finding = probe.run(target(api, api.key()), tools(api, total_s=0.3))
    assert finding.verdict == Verdict.ERROR


@pytest.mark.parametrize("situation", ["revoked-key", "workspace-required", "edge"])
def test_a_key_that_is_not_let_in_is_an_error(api, situation):
    finding = probe.run(target(api, api.key(situation)), tools(api))
    assert finding.verdict == Verdict.ERROR


@pytest.mark.parametrize("body", ["<html>", "null", "[]", ""])
def test_an_answer_of_200_that_is_not_the_apis_is_an_error(api, body):
    assert answered(api, body, status=200).verdict == Verdict.ERROR


def test_without_a_key_it_is_inconclusive(api):
    assert probe.run(target(api), tools(api)).verdict == Verdict.INCONCLUSIVE
