from pathlib import Path

import pytest

from audits.probes.logs.fields import NAMES, flat, known
from tests.audits.probes.logging import failure, good, line, run, verdict


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("inputTokens", "input"),
        ("usage.input_tokens", "input"),
        ("gen_ai.usage.input_tokens", "input"),
        ("attributes.gen_ai.usage.output_tokens", "output"),
        ("gen_ai.usage.cache_read.input_tokens", "cache_read"),
        ("cachedTokens", "cache_read"),
        ("metadata.feature", "feature"),
        ("gen_ai.response.finish_reasons", "stop"),
        ("stopReason", "stop"),
        ("http.response.status_code", "http"),
        ("retry.wait_ms", "wait_ms"),
        ("app.feature", "feature"),
        ("error.type", "error"),
        ("x-stainless-retry-count", "retry"),
        ("@timestamp", "at"),
        ("kubernetes.model", ""),
        ("colour", ""),
    ],
)
def test_names_that_are_understood(path, field):
    assert known(path) == field


def test_attributes_of_opentelemetry_are_unpacked():
    line = {
        "attributes": [
            {"key": "gen_ai.request.model", "value": {"stringValue": "claude-opus-5-5"}},
            {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "12"}},
            {
                "key": "gen_ai.response.finish_reasons",
                "value": {"arrayValue": {"values": [{"stringValue": "end_turn"}]}},
            },
        ]
    }
    assert dict(flat(line)) == {
        "attributes.gen_ai.request.model": "claude-opus-5-5",
        "attributes.gen_ai.usage.input_tokens": "12",
        "attributes.gen_ai.response.finish_reasons": ["end_turn"],
    }


@pytest.mark.parametrize("aspect", ["fields", "eight-fields", "ten-fields", "tokens", "totals"])
def test_complete_lines_pass(aspect):
    assert verdict([*good(), failure(200)], aspect) == "pass"


@pytest.mark.parametrize(
    ("aspect", "name"),
    [
        ("fields", "cache_read_input_tokens"),
        ("fields", "correlation_id"),
        ("eight-fields", "user_id"),
        ("eight-fields", "stop_reason"),
        ("ten-fields", "request_id"),
        ("tokens", "output_tokens"),
    ],
)
def test_gap_on_one_line_fails(aspect, name):
    assert verdict([*good(30), line(30, without=(name,))], aspect) == "fail"


def test_field_on_no_line_fails_and_says_what_to_log():
    finding = run([line(n, without=("cache_read_input_tokens",)) for n in range(30)])
    check = finding.of_aspect("fields")
    assert check.verdict.value == "fail"
    assert "cache_read_tokens" in check.next_step


def test_failure_without_latency_is_a_gap_and_one_without_tokens_is_none():
    assert verdict([*good(30), failure(30, latency_ms=None)], "fields") == "fail"
    assert verdict([*good(30), failure(30)], "fields") == "pass"


def test_time_without_a_zone_fails():
    lines = [*good(30), line(30, timestamp="2026-11-21T12:00:00")]
    assert verdict(lines, "ten-fields") == "fail"


@pytest.mark.parametrize(
    ("request_id", "status", "expected"),
    [
        ("req_1", 429, "pass"),
        ("5e2d-uuid", 429, "fail"),
        (None, 500, "fail"),
        (None, None, "inconclusive"),
    ],
)
def test_request_id_of_errors(request_id, status, expected):
    kind = "APITimeoutError" if status is None else "x"
    lines = [*good(30), failure(30, request_id=request_id, status=status, error_type=kind)]
    assert verdict(lines, "request-ids") == expected


@pytest.mark.parametrize(
    ("status", "level", "expected"),
    [
        (401, "error", "pass"),
        (401, "warning", "fail"),
        (400, "info", "fail"),
        (529, "warning", "inconclusive"),
    ],
)
def test_level_of_an_error(status, level, expected):
    assert verdict([*good(30), failure(30, status, level=level)], "levels") == expected


def test_stack_trace_between_the_lines_fails():
    from tests.audits.probes.logging import text

    data = text(good(30)) + b"Traceback (most recent call last):\n  File x\n"
    assert verdict(data, "failures-logged") == "fail"


def test_failures_with_a_class_pass():
    assert verdict([*good(30), failure(30)], "failures-logged") == "pass"
    assert verdict(good(30), "failures-logged") == "inconclusive"
    nameless = failure(30, status=None, error_type="something")
    assert verdict([*good(30), nameless], "failures-logged") == "fail"


def test_error_under_status_200_is_one_in_mid_stream():
    lines = [*good(30), line(30, status=200, error="overloaded_error")]
    assert verdict(lines, "mid-stream") == "pass"
    assert verdict(good(30), "mid-stream") == "inconclusive"


def test_page_for_users_has_every_name():
    page = (Path(__file__).parents[3] / "docs" / "log-sample.md").read_text()
    missing = [
        each for names in NAMES.values() for each in names.split() if f"`{each}`" not in page
    ]
    assert not missing
