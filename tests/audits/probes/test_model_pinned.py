"""Declared models: exact versions, known to the API by that very id, and not about to go."""

import datetime as dt

import pytest

from audits.probes.base import Verdict
from audits.probes.model_ids import Pin, cache_minimum, generation, pin
from audits.probes.model_pinned import probe
from tests.audits.probes.against import ODD_BODIES, check, figures, target, tools, verdicts


def run(api, *models, **more):
    return probe.run(target(api, api.key(), models=models, **more), tools(api))


@pytest.mark.parametrize(
    ("model", "is_what"),
    [
        ("claude-sonnet-4-6", Pin.PINNED),
        ("claude-opus-4-7", Pin.PINNED),
        ("claude-opus-5", Pin.PINNED),
        ("claude-haiku-5-5", Pin.PINNED),
        ("claude-haiku-4-5-20251001", Pin.PINNED),
        ("claude-3-5-haiku-20241022", Pin.PINNED),
        ("claude-sonnet-4-6-20261001", Pin.PINNED),
        ("claude-haiku-4-5", Pin.ALIAS),
        ("claude-sonnet-4-5", Pin.ALIAS),
        ("claude-opus-4-1", Pin.ALIAS),
        ("claude-sonnet-4-0", Pin.ALIAS),
        ("claude-sonnet-4", Pin.ALIAS),
        ("claude-sonnet-5-latest", Pin.ALIAS),
        ("claude-3-5-sonnet-latest", Pin.ALIAS),
        ("claude-sonnet-4-5-20251399", Pin.UNKNOWN),
        ("anthropic.claude-sonnet-4-6", Pin.UNKNOWN),
        ("gpt-4", Pin.UNKNOWN),
        ("", Pin.UNKNOWN),
    ],
)
def test_an_id_says_whether_it_can_move(model, is_what):
    assert pin(model) == is_what


def test_a_generation_is_read_with_and_without_a_date():
    assert generation("claude-haiku-4-5-20251001") == (4, 5)
    assert generation("claude-opus-5") == (5, 0)
    assert generation("claude-3-opus-20240229") is None


def test_the_minimum_of_the_cache_depends_on_the_model():
    models = ("claude-haiku-5-5", "claude-sonnet-4-6", "claude-opus-4-7", "claude-opus-4-6", "x")
    assert [cache_minimum(model) for model in models] == [512, 1_024, 2_048, 4_096, None]


def test_exact_active_models_pass(api):
    finding = run(api, "claude-sonnet-4-6", "claude-haiku-4-5-20251001")
    assert verdicts(finding) == {"pinned": "pass", "exists": "pass", "active": "pass"}
    assert finding.says == (
        "2 declared models, exact and active: claude-sonnet-4-6 and claude-haiku-4-5-20251001."
    )


def test_an_alias_fails_by_its_name_and_by_what_the_api_answers(api):
    finding = run(api, "claude-haiku-4-5")
    assert verdicts(finding)["pinned"] == "fail"
    assert verdicts(finding)["exists"] == "fail"
    assert "claude-haiku-4-5-20251001" in check(finding, "exists").says


def test_an_id_of_pinned_form_that_the_api_answers_otherwise_is_an_alias(api):
    api.plan("status", body='{"id": "claude-sonnet-6", "lifecycle": "active"}')
    assert verdicts(run(api, "claude-sonnet-5"))["pinned"] == "fail"


def test_an_id_that_only_looks_right_does_not_exist(api):
    finding = run(api, "claude-sonnet-4-6-20261001")
    assert verdicts(finding) == {"pinned": "pass", "exists": "fail"}
    assert "does not know claude-sonnet-4-6-20261001" in finding.says


def test_a_model_that_retires_within_60_days_fails(api):
    finding = run(api, "claude-sonnet-4-5-20250929")
    assert verdicts(finding)["active"] == "fail"
    assert "retires in 39 days, on 2026-12-31" in finding.says
    assert figures(check(finding, "active")) == {
        "days until claude-sonnet-4-5-20250929 retires": 39
    }


def test_a_deprecated_model_fails_and_says_until_when_it_lives(api):
    finding = run(api, "claude-opus-4-5-20251101")
    assert finding.verdict == Verdict.FAIL
    assert "is deprecated, and retires on 2027-02-01" in finding.says


def test_a_retired_model_fails(api):
    assert "is retired" in run(api, "claude-sonnet-4-20250514").says


@pytest.mark.parametrize("days", [59, 60])
def test_the_warning_begins_60_days_before(api, days):
    now = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
    retires = (now + dt.timedelta(days=days)).isoformat()
    body = f'{{"id": "claude-opus-5", "lifecycle": "active", "retires_at": "{retires}"}}'
    api.plan("status", body=body)
    expected = "fail" if days < 60 else "pass"
    assert verdicts(run(api, "claude-opus-5"))["active"] == expected


def test_a_model_whose_lifecycle_is_not_told_is_unknown(api):
    api.plan("status", body='{"type": "model", "id": "claude-opus-5"}')
    finding = run(api, "claude-opus-5")
    assert verdicts(finding) == {"pinned": "pass", "exists": "pass", "active": "inconclusive"}
    assert "does not tell the lifecycle" in finding.says


def test_a_gateways_name_is_inconclusive(api):
    api.plan("status", body='{"id": "prod-chat", "lifecycle": "active"}')
    assert verdicts(run(api, "prod-chat"))["pinned"] == "inconclusive"


def test_without_a_key_the_names_are_judged_alone(api):
    finding = probe.run(target(api, models=("claude-haiku-4-5",)), tools(api))
    assert verdicts(finding) == {
        "pinned": "fail",
        "exists": "inconclusive",
        "active": "inconclusive",
    }


def test_without_a_model_it_is_inconclusive(api):
    assert run(api).verdict == Verdict.INCONCLUSIVE


def test_a_refused_key_is_an_error_and_says_nothing_of_the_models(api):
    asked = target(api, api.key("revoked-key"), models=("claude-opus-5",))
    assert probe.run(asked, tools(api)).verdict == Verdict.ERROR


def test_a_404_that_is_not_the_apis_is_an_error_and_says_nothing_of_the_model(api):
    api.plan("status", status=404, body="<h1>Not Found</h1>", kind="text/html")
    assert run(api, "claude-opus-5").verdict == Verdict.ERROR


ODD_MODELS = (
    '{"id": 5}',
    '{"id": null}',
    '{"id": "claude-opus-5", "lifecycle": 7}',
    '{"id": "claude-opus-5", "lifecycle": "active", "retires_at": "soon"}',
    '{"id": "claude-opus-5", "lifecycle": "active", "retires_at": 99999999999999999999}',
)


@pytest.mark.parametrize("body", [*ODD_BODIES, *ODD_MODELS])
def test_an_odd_answer_is_an_error_in_words(api, body):
    api.plan("status", body=body)
    finding = run(api, "claude-opus-5")
    assert finding.verdict == Verdict.ERROR
    assert finding.next_step
