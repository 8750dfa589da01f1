"""Every situation that a key can be in is told apart, in words that say what to do."""

import json

import pytest

from audits.probes.base import Credential, Verdict
from audits.probes.key_valid import probe
from tests.audits.probes.against import ODD_BODIES, PAID, check, target, tools, verdicts

MODELS = ("claude-sonnet-5-5", "claude-haiku-5-5")


def test_a_working_key_passes_the_free_rungs_and_says_how_far_they_go(api):
    finding = probe.run(target(api, api.key(), models=MODELS), tools(api))
    assert verdicts(finding) == {"authenticates": "pass", "models": "pass"}
    assert finding.says == (
        "The API accepts 1 key for every declared model. Whether it would bill a call was not "
        "tried, since nobody agreed to pay."
    )
    assert not api.came("/v1/messages")


def test_a_bearer_token_under_the_newer_version_works_as_well(api):
    asked = target(
        api, api.key(), models=MODELS, credential=Credential.BEARER, api_version="2026-10-21"
    )
    assert probe.run(asked, tools(api)).verdict == Verdict.PASS


def test_a_paid_run_shows_that_calls_are_billed(api):
    finding = probe.run(target(api, api.key(), models=MODELS, agreed=PAID), tools(api))
    assert verdicts(finding)["billable"] == "pass"
    assert "req_" in check(finding, "billable").says
    assert len(api.came("/v1/messages")) == 1


def test_the_price_of_a_paid_run_is_known_before_it(api):
    price = probe.price(target(api, api.key(), models=MODELS), tools(api))
    assert 0 < price < 1


# A key's situation: which aspect shows it, as what, and what its next step speaks of.
SITUATIONS = [
    ("invalid-key", "authenticates", "fail", "whole key"),
    ("revoked-key", "authenticates", "fail", "key"),
    ("expired-key", "authenticates", "fail", "revoked, expired"),
    ("malformed-key", "authenticates", "fail", "key"),
    ("organization-disabled", "authenticates", "fail", "support"),
    ("organization-on-hold", "authenticates", "fail", "support"),
    ("permission", "authenticates", "fail", "access"),
    ("edge", "authenticates", "error", "region"),
    ("workspace-required", "authenticates", "inconclusive", "workspace id"),
    ("credits-exhausted", "billable", "fail", "credit"),
    ("spend-limit-reached", "billable", "fail", "organization's limit"),
    ("workspace-spend-limit-reached", "billable", "fail", "workspace's limit"),
    ("tier-cap", "billable", "fail", "higher tier"),
    ("contract-cap", "billable", "fail", "contract"),
    ("ramp-limit", "billable", "fail", "grow"),
    ("billing", "billable", "fail", "payment"),
]


@pytest.mark.parametrize(("situation", "aspect", "verdict", "step"), SITUATIONS)
def test_each_situation_has_a_verdict_and_a_next_step(api, situation, aspect, verdict, step):
    asked = target(api, api.key(situation), models=MODELS, agreed=PAID)
    finding = probe.run(asked, tools(api))
    assert verdicts(finding)[aspect] == verdict
    assert finding.verdict == verdict
    assert step in finding.next_step


def test_money_troubles_leave_the_key_itself_accepted(api):
    asked = target(api, api.key("credits-exhausted"), models=MODELS, agreed=PAID)
    assert verdicts(probe.run(asked, tools(api)))["authenticates"] == "pass"


def test_no_two_situations_say_the_same(api):
    told = set()
    for situation, *_ in SITUATIONS:
        asked = target(api, api.key(situation), models=MODELS, agreed=PAID)
        told.add(probe.run(asked, tools(api)).next_step)
    # A revoked and a malformed key are answered like an unknown one, and a hold like a ban.
    assert len(told) == len(SITUATIONS) - 3


def test_a_workspace_that_does_not_exist_is_a_setting_to_correct(api):
    asked = target(api, api.key(identity=True), models=MODELS, workspace_id="wrkspc_none")
    finding = probe.run(asked, tools(api))
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "Correct the workspace id" in finding.next_step


def test_a_model_that_the_key_may_not_use_is_named(api):
    asked = target(api, api.key(), models=("claude-sonnet-5-5", "claude-gone-9"))
    finding = probe.run(asked, tools(api))
    assert verdicts(finding) == {"authenticates": "pass", "models": "fail"}
    assert finding.says.startswith("claude-gone-9: ")


@pytest.mark.parametrize(
    "what", ["overloaded", "server-error", "rate-limited", "unclassified-400", "reset", "garbage"]
)
def test_trouble_on_the_way_is_an_error_and_no_verdict_on_the_key(api, what):
    api.plan(what)
    finding = probe.run(target(api, api.key(), models=MODELS), tools(api))
    assert finding.verdict == Verdict.ERROR
    assert finding.says
    assert finding.next_step


def test_a_server_that_hangs_is_an_error_within_the_time(api):
    api.plan("hang")
    finding = probe.run(target(api, api.key(), models=MODELS), tools(api, total_s=2))
    assert finding.verdict == Verdict.ERROR
    assert "did not answer within" in finding.says


def test_of_several_keys_the_one_that_fails_is_named(api):
    asked = target(api, api.key(), api.key("revoked-key"), models=MODELS)
    finding = probe.run(asked, tools(api))
    assert finding.says.startswith("Key “key 2”: ")
    assert {m.name: m.value for m in check(finding, "authenticates").measures} == {
        "keys that passed": 1
    }


def test_a_key_of_another_workspace_than_declared_fails(api):
    api.plan("status", body='{"data": []}', headers={"anthropic-workspace-id": "wrkspc_02"})
    finding = probe.run(target(api, api.key(), workspace_id="wrkspc_01"), tools(api))
    assert verdicts(finding) == {"authenticates": "pass", "workspace": "fail"}
    assert "wrkspc_02, but wrkspc_01 is declared" in finding.says


def test_a_key_of_the_declared_workspace_passes(api):
    ours = api.workspace()
    asked = target(api, api.key(workspace_id=ours), models=MODELS, workspace_id=ours)
    assert verdicts(probe.run(asked, tools(api)))["workspace"] == "pass"


def test_without_a_key_nothing_is_known(api):
    finding = probe.run(target(api), tools(api))
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "Add the reference" in finding.next_step


def test_a_paid_call_above_the_daily_cap_is_not_made(api):
    asked = target(api, api.key(), models=MODELS, agreed=PAID)
    finding = probe.run(asked, tools(api, cap="0"))
    assert verdicts(finding)["billable"] == "inconclusive"
    assert not api.came("/v1/messages")


@pytest.mark.parametrize("body", ODD_BODIES)
def test_an_odd_answer_is_an_error_in_words(api, body):
    api.plan("status", status=200, body=body, times=None)
    finding = probe.run(target(api, api.key(), models=MODELS), tools(api))
    assert finding.verdict == Verdict.ERROR
    assert finding.says


def test_no_key_stands_in_a_finding(api):
    value = api.key("revoked-key")
    body = json.dumps(
        {"type": "error", "error": {"type": "authentication_error", "message": value}}
    )
    api.plan("status", status=401, body=body)
    finding = probe.run(target(api, value, models=MODELS), tools(api))
    assert value not in repr(finding)
