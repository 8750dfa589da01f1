import datetime as dt

import pytest

from audits.probes.base import Policy
from tests.audits.probes.apps import NOW, of
from tests.audits.probes.logging import MODEL, failure, good, line, run, verdict


def test_percentiles_by_model_take_a_hundred_samples():
    assert verdict(good(120), "percentiles") == "pass"
    assert verdict(good(99), "percentiles") == "inconclusive"
    assert verdict(good(120, model=None, requested_model=None), "percentiles") == "inconclusive"


@pytest.mark.parametrize(("limit", "expected"), [(1_000, "pass"), (800, "fail")])
def test_p95_against_the_limit(limit, expected):
    assert verdict(good(40), "p95", policy=Policy(p95_ms=limit)) == expected


def test_p95_is_of_calls_without_streaming():
    lines = [*good(40), *[line(50 + n, stream=True, latency_ms=60_000) for n in range(40)]]
    assert verdict(lines, "p95") == "pass"
    assert verdict(good(40, stream=True), "p95") == "inconclusive"


def test_nearest_rank_is_that_of_the_item():
    lines = [line(n, latency_ms=n) for n in range(1, 101)]
    measures = {each.name: each.value for each in of(run(lines), "percentiles").measures}
    assert (measures[f"{MODEL}, p50"], measures[f"{MODEL}, p95"]) == (50, 95)


def test_seconds_are_understood():
    lines = good(40, latency_ms=None, latency_s=12.5)
    assert verdict(lines, "p95") == "fail"


def test_time_to_first_token():
    assert verdict(good(30, ttft_ms=200), "first-token") == "pass"
    assert verdict(good(30), "first-token") == "inconclusive"
    lines = [*good(30, ttft_ms=200, stream=True), line(40, stream=True)]
    assert verdict(lines, "first-token") == "fail"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"latency_ms": 61_000, "status": None, "error_type": "APITimeoutError"}, "pass"),
        ({"latency_ms": 300_000, "status": None, "error_type": "APITimeoutError"}, "fail"),
        ({}, "inconclusive"),
    ],
)
def test_timeouts(more, expected):
    assert verdict([*good(30), failure(31, **more)], "timeouts") == expected


def test_gaps_against_the_life_of_the_cache():
    assert verdict(good(60), "cache-warm") == "pass"
    assert verdict(good(10), "cache-warm") == "inconclusive"
    slow = [line(n, timestamp=(NOW + dt.timedelta(minutes=7 * n)).isoformat()) for n in range(60)]
    assert verdict(slow, "cache-warm") == "inconclusive"


def test_calls_of_one_task_that_overlap():
    pair = [line(90, correlation_id="t"), line(90, after=0.1, correlation_id="t")]
    assert verdict([*good(30), *pair], "parallel") == "pass"
    assert verdict(good(30), "parallel") == "inconclusive"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "pass"),
        ({"max_tokens": 4_096}, "inconclusive"),
        ({"max_tokens": None}, "inconclusive"),
        ({"stop_reason": "max_tokens"}, "fail"),
    ],
)
def test_max_tokens_against_real_output(more, expected):
    assert verdict(good(120, **more), "max-tokens") == expected


def test_stop_reasons():
    assert verdict([*good(30), line(30, stop_reason="tool_use")], "stop-reasons") == "pass"
    assert verdict([*good(30), line(30, stop_reason="weary")], "stop-reasons") == "inconclusive"
    assert verdict([*good(30), line(30, stop_reason=None)], "stop-reasons") == "fail"
    assert verdict(good(30, stop_reason=None), "stop-reasons") == "inconclusive"


def test_errors_by_kind():
    finding = run([*good(30), failure(30, 429), failure(31, 529), failure(32, 500, error_type="")])
    names = {measure.name for measure in of(finding, "errors").measures}
    assert of(finding, "errors").verdict.value == "pass"
    assert {"failed by 429", "failed by 529", "failed by 5xx"} <= names
    assert verdict([*good(30), failure(30, None, error_type="?")], "errors") == "fail"
    assert verdict([failure(n) for n in range(30)], "errors") == "inconclusive"


def test_cache_hits_take_both_fields():
    assert "66.7%" in of(run(good(30)), "cache").says
    assert verdict(good(30, cache_creation_input_tokens=None), "cache") == "inconclusive"
    assert verdict([*good(30), line(30, cache_read_input_tokens=None)], "cache") == "fail"
    cold = good(30, cache_read_input_tokens=0, cache_creation_input_tokens=5)
    assert verdict(cold, "cache") == "fail"


def test_cost_by_model_and_feature():
    check = of(run(good(100)), "cost")
    measures = {measure.name: str(measure.value) for measure in check.measures}
    # 1,000 in at $2, 200 out at $10, 2,000 read at $0.10, each per million.
    assert measures["mean cost of a call"] == "0.004200"
    assert measures["cost of chat"] == "0.4200"
    assert verdict(good(30, model="claude-sonnet-9-9"), "cost") == "inconclusive"


@pytest.mark.parametrize(
    ("cost", "expected"), [("0.0042", "pass"), (0.0063, "fail"), (None, "inconclusive")]
)
def test_logged_cost_against_the_prices(cost, expected):
    assert verdict(good(30, cost_usd=cost), "prices") == expected


def test_cost_on_every_line():
    assert verdict(good(30, cost=0.1), "cost-logged") == "pass"
    assert verdict([*good(30, cost=0.1), line(30)], "cost-logged") == "fail"
    assert verdict(good(30), "cost-logged") == "inconclusive"


def test_cost_by_user():
    assert verdict(good(30), "cost-by-user") == "pass"
    assert verdict([*good(30), line(30, user_id=None)], "cost-by-user") == "inconclusive"


@pytest.mark.parametrize(("estimate", "expected"), [(3_300, "pass"), (1_500, "fail")])
def test_estimates_against_what_was_used(estimate, expected):
    assert verdict(good(30, estimated_tokens=estimate), "estimates") == expected
    assert verdict(good(30), "estimates") == "inconclusive"


def test_each_task_by_one_model():
    assert verdict(good(30), "by-task") == "pass"
    assert verdict([*good(30), line(30, model="claude-opus-5-5")], "by-task") == "inconclusive"
    assert verdict([*good(30), line(30, feature=None)], "by-task") == "inconclusive"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("claude-sonnet-5-5", "pass"),
        ("claude-sonnet-4-5", "fail"),
        ("claude-haiku-4-5-20251001", "pass"),
        ("claude-3-5-sonnet-latest", "fail"),
        ("gpt", "inconclusive"),
        (None, "inconclusive"),
    ],
)
def test_models_that_are_asked_for(asked, expected):
    assert verdict(good(30, requested_model=asked), "models") == expected


def test_share_of_the_small_model():
    assert verdict(good(30, model="claude-haiku-5-5"), "small-first") == "pass"
    assert verdict(good(30), "small-first") == "inconclusive"
