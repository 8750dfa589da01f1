import contextlib
import datetime as dt
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    values,
)

from audits.probes.app_metrics import probe
from audits.probes.base import App, Policy, Verdict
from audits.probes.prometheus_text import NotPrometheus, parse
from tests.audits.probes.apps import NOW, of, target, tools

CHAPTER = (0.1, 0.5, 1, 2, 5, 10, 30)
MODEL = "claude-sonnet-5-5"


# In memory: the product's own metrics share files among processes, and among registries.
@patch.object(values, "ValueClass", values.MutexValue)
def exported(
    seconds=(0.7,) * 30, buckets=(*CHAPTER, 60, 120), statuses=("success",) * 30, tokens=None
):
    """What the source's code exports after such calls, by the library that it uses."""
    own = CollectorRegistry()
    requests = Counter("anthropic_requests_total", "x", ["model", "status"], registry=own)
    latency = Histogram(
        "anthropic_request_latency_seconds", "x", ["model"], buckets=buckets, registry=own
    )
    used = Counter("anthropic_tokens_total", "x", ["model", "type"], registry=own)
    Gauge("anthropic_active_requests", "x", registry=own)
    for each in seconds:
        latency.labels(MODEL).observe(each)
    for status in statuses:
        requests.labels(MODEL, status).inc()
    for kind, number in (tokens or {"input": 1_000, "output": 500}).items():
        used.labels(MODEL, kind).inc(number)
    return generate_latest(own).decode()


def run(app, text, **more):
    app.says("/metrics", text, Content_Type="text/plain; version=0.0.4")
    return probe.run(target(app=App(metrics_url=f"{app.url}/metrics"), **more), tools())


def test_four_metrics_with_labels_and_long_buckets_pass(app):
    finding = run(app, exported())
    assert finding.verdict is Verdict.PASS
    assert of(finding, "totals").verdict is Verdict.PASS
    assert of(finding, "tokens").verdict is Verdict.PASS


def test_buckets_of_the_chapter_pass_with_a_word_and_shorter_ones_fail(app):
    assert "wants longer ones" in of(run(app, exported(buckets=CHAPTER)), "metrics").says
    assert of(run(app, exported(buckets=(1, 10))), "metrics").verdict is Verdict.FAIL


def test_metric_that_is_missing_fails(app):
    text = exported().replace("anthropic_active_requests", "active")
    assert "anthropic_active_requests" in run(app, text).says


def test_metric_of_another_type_fails(app):
    text = exported().replace("active_requests gauge", "active_requests counter")
    assert of(run(app, text), "metrics").verdict is Verdict.FAIL


@pytest.mark.parametrize(("old", "new"), [('model="', 'name="'), ("status=", "user_id=")])
def test_wrong_labels_fail(app, old, new):
    assert of(run(app, exported().replace(old, new)), "metrics").verdict is Verdict.FAIL


def test_nothing_counted_yet_is_inconclusive(app):
    text = exported(seconds=(), statuses=())
    assert of(run(app, text), "metrics").verdict is Verdict.INCONCLUSIVE


def test_percentiles_are_read_by_model(app):
    finding = run(app, exported(seconds=(0.7,) * 95 + (8,) * 5, statuses=("success",) * 100))
    measures = {each.name: each.value for each in of(finding, "percentiles").measures}
    assert of(finding, "percentiles").verdict is Verdict.PASS
    assert measures[f"{MODEL}, p95"] == 1_000
    assert 5_000 < measures[f"{MODEL}, p99"] <= 10_000


def test_too_few_samples_make_no_percentile(app):
    finding = run(app, exported(seconds=(0.7,) * 19))
    assert of(finding, "percentiles").verdict is Verdict.INCONCLUSIVE
    assert of(finding, "p95").verdict is Verdict.INCONCLUSIVE


def test_p95_beyond_the_last_bucket_fails(app):
    finding = run(app, exported(seconds=(45,) * 30, buckets=CHAPTER))
    assert of(finding, "percentiles").verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("limit", "verdict"), [(10_000, "pass"), (500, "fail"), (800, "inconclusive")]
)
def test_p95_against_the_limit(app, limit, verdict):
    finding = run(app, exported(), policy=Policy(p95_ms=limit))
    assert of(finding, "p95").verdict.value == verdict


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        (("success", "429", "timeout"), "pass"),
        (("success", "error"), "fail"),
        (("success",), "inconclusive"),
    ],
)
def test_kinds_of_errors(app, statuses, verdict):
    assert of(run(app, exported(statuses=statuses)), "errors").verdict.value == verdict


@patch.object(values, "ValueClass", values.MutexValue)
def test_first_token_has_a_histogram_of_its_own(app):
    assert of(run(app, exported()), "first-token").verdict is Verdict.INCONCLUSIVE
    own = CollectorRegistry()
    Histogram("anthropic_ttft_seconds", "x", registry=own).observe(0.2)
    text = exported() + generate_latest(own).decode()
    assert of(run(app, text), "first-token").verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("tokens", "verdict"),
    [
        ({"input": 100, "output": 9, "cache_read": 300}, "pass"),
        ({"input": 100, "output": 9, "cache_creation": 300}, "inconclusive"),
        ({"input": 100, "output": 9}, "inconclusive"),
    ],
)
def test_cache_hits(app, tokens, verdict):
    assert of(run(app, exported(tokens=tokens)), "cache").verdict.value == verdict


def test_tokens_without_output_fail(app):
    assert of(run(app, exported(tokens={"input": 1})), "tokens").verdict is Verdict.FAIL


def test_cost_of_a_day_comes_from_two_looks(app):
    first = run(app, exported())
    assert of(first, "cost").verdict is Verdict.INCONCLUSIVE
    kept = {**first.kept, "at": (NOW - dt.timedelta(hours=1)).isoformat()}
    second = run(app, exported(tokens={"input": 1_001_000, "output": 500}), kept=kept)
    assert of(second, "cost").says == "At the pace since the last look a day costs $48.00."


@pytest.mark.parametrize(
    "kept", [{}, {"at": "x", "tokens": {}}, {"at": NOW.isoformat()}, {"at": 1}]
)
def test_past_that_cannot_be_read_is_no_past(app, kept):
    assert of(run(app, exported(), kept=kept), "cost").verdict is Verdict.INCONCLUSIVE


def test_counters_that_began_anew_tell_no_cost(app):
    kept = {
        "at": (NOW - dt.timedelta(hours=1)).isoformat(),
        "tokens": {MODEL: {"input_tokens": 10**9}},
    }
    assert "began anew" in of(run(app, exported(), kept=kept), "cost").says


@pytest.mark.parametrize("body", ["<html>", '{"a": 1}', "a{b=", 'x{y="z"} much'])
def test_other_text_is_inconclusive(app, body):
    finding = run(app, body)
    assert finding.verdict in (Verdict.INCONCLUSIVE, Verdict.FAIL)


def test_metrics_that_do_not_answer(app):
    assert probe.run(target(), tools()).verdict is Verdict.INCONCLUSIVE
    gone = target(app=App(metrics_url="http://127.0.0.1:9/metrics"))
    assert probe.run(gone, tools()).verdict is Verdict.ERROR
    missing = target(app=App(metrics_url=f"{app.url}/none"))
    assert probe.run(missing, tools()).verdict is Verdict.INCONCLUSIVE


@given(st.text(alphabet='ab_{}="\\,0.9eE+-Inf #TYPEHL\n', max_size=200))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(NotPrometheus):
        parse(text)


@pytest.mark.parametrize("bound", ["1e9999", "1e999999", "1e99999999"])
def test_bucket_without_measure_ends_in_words(app, bound):
    text = exported(buckets=(0.1, 60)).replace('le="60.0"', f'le="{bound}"')
    finding = run(app, text)
    assert finding.verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE)
    assert len(repr(finding)) < 10_000
