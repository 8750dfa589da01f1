"""Cache reads: of the week's traffic by the usage report, and of two calls when paid for."""

import datetime as dt

import pytest

from audits.probes.base import Verdict
from audits.probes.prompt_cache import Traffic, by_report, probe
from tests.audits.probes.against import (
    NOW,
    ODD_BODIES,
    PAID,
    check,
    figures,
    target,
    tools,
    verdicts,
)

MODEL = "claude-sonnet-5-5"
YESTERDAY = NOW - dt.timedelta(days=1)


def run(api, **more):
    return probe.run(target(api, admin=api.admin_key(), **more), tools(api))


def test_traffic_that_reads_more_than_it_writes_passes(api):
    api.used(YESTERDAY, input=10_000, read=30_000, written_5m=9_000, written_1h=1_000)
    finding = run(api)
    assert verdicts(finding) == {"used": "pass", "reused": "pass"}
    assert figures(check(finding, "used")) == {
        "hit rate": 60,
        "read from the cache": 30_000,
        "written to the cache": 10_000,
        "fresh input": 10_000,
    }
    assert finding.says.startswith("60% of 50,000 input tokens of the organization in 7 days")


def test_traffic_that_never_touches_the_cache_fails(api):
    api.used(YESTERDAY, input=50_000)
    finding = run(api)
    assert verdicts(finding) == {"used": "fail"}
    assert "cache_control" in finding.next_step
    assert "not applicable" in finding.next_step


def test_traffic_that_writes_and_hardly_reads_fails_as_not_reused(api):
    api.used(YESTERDAY, input=10_000, read=100, written_5m=20_000)
    finding = run(api)
    assert verdicts(finding) == {"used": "pass", "reused": "fail"}
    assert "hash of everything before the marker" in finding.next_step


def test_little_traffic_tells_nothing(api):
    api.used(YESTERDAY, input=9_999)
    finding = run(api)
    assert verdicts(finding) == {"used": "inconclusive", "reused": "inconclusive"}
    assert "too few to tell" in finding.says


def test_only_the_last_week_counts(api):
    api.used(NOW - dt.timedelta(days=9), input=90_000)
    assert run(api).verdict == Verdict.INCONCLUSIVE


def test_only_the_declared_workspace_counts(api):
    ours = api.workspace()
    api.used(YESTERDAY, input=1_000, read=20_000, workspace_id=ours)
    api.used(YESTERDAY, input=900_000)
    finding = run(api, workspace_id=ours)
    assert figures(check(finding, "used"))["fresh input"] == 1_000


def test_reading_as_much_as_writing_is_reuse(api):
    checks = by_report(target(api), Traffic(fresh=0, written=10_000, read=10_000))
    assert [check.verdict for check in checks] == [Verdict.PASS, Verdict.PASS]


def paid(api, model: str = MODEL, cap: str = "1"):
    asked = target(api, api.key(), models=(model,), agreed=PAID)
    return probe.run(asked, tools(api, cap=cap))


@pytest.mark.parametrize(
    "model", ["claude-haiku-5-5", "claude-sonnet-4-6", "claude-opus-4-7", "claude-opus-4-6"]
)
def test_two_calls_read_the_prompt_from_the_cache_whatever_the_minimum(api, model):
    finding = paid(api, model)
    assert verdicts(finding) == {"two-calls": "pass"}
    told = figures(check(finding, "two-calls"))
    assert told["read by the second call"] == told["written by the first call"] > 0
    assert len(api.came("/v1/messages")) == 2


def test_a_run_does_not_read_what_an_earlier_one_wrote(api):
    paid(api)
    api.world.seen.clear()
    later = target(api, api.key(), models=(MODEL,), agreed=PAID, now=NOW + dt.timedelta(minutes=1))
    finding = probe.run(later, tools(api))
    assert figures(check(finding, "two-calls"))["written by the first call"] > 0


def test_a_way_that_drops_the_marker_fails(api):
    body = '{"type": "message", "model": "m", "usage": {"input_tokens": 900, "output_tokens": 1}}'
    key = api.key()
    api.plan("status", body='{"input_tokens": 900}')
    api.plan("status", body=body, times=2)
    finding = probe.run(target(api, key, models=(MODEL,), agreed=PAID), tools(api))
    assert verdicts(finding) == {"two-calls": "fail"}
    assert "The first had written nothing either" in finding.says
    assert "gateway" in finding.next_step


def test_a_prompt_below_the_models_minimum_says_so_and_costs_nothing(api):
    api.plan("status", body='{"input_tokens": 500}')
    finding = paid(api)
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "500 tokens is below its minimum of 512" in finding.says
    assert not api.came("/v1/messages")


def test_a_paid_call_above_the_daily_cap_is_not_made(api):
    assert paid(api, cap="0").verdict == Verdict.INCONCLUSIVE
    assert not api.came("/v1/messages")


def test_the_report_and_the_two_calls_are_told_together(api):
    api.used(YESTERDAY, read=50_000)
    asked = target(api, api.key(), admin=api.admin_key(), models=(MODEL,), agreed=PAID)
    finding = probe.run(asked, tools(api))
    assert verdicts(finding) == {"used": "pass", "reused": "pass", "two-calls": "pass"}


def test_without_admin_key_and_agreement_it_says_what_to_do_and_what_it_costs(api):
    finding = probe.run(target(api, api.key(), models=(MODEL,)), tools(api))
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "Admin key" in finding.next_step
    assert "at most $0.0" in finding.next_step
    assert not api.requests


DAY = '{"data": [{"starting_at": "2026-11-20T00:00:00Z", "results": [%s]}], "next_page": null}'
ODD_DAYS = [
    DAY % row
    for row in (
        "{}",
        "null",
        '{"uncached_input_tokens": "many", "cache_read_input_tokens": 0}',
        '{"uncached_input_tokens": -1, "cache_read_input_tokens": 0}',
        '{"uncached_input_tokens": 1.5, "cache_read_input_tokens": 0}',
        '{"uncached_input_tokens": 1e99, "cache_read_input_tokens": 0}',
        '{"uncached_input_tokens": 1, "cache_read_input_tokens": 0, "cache_creation": [1]}',
    )
]


@pytest.mark.parametrize("body", [*ODD_BODIES, *ODD_DAYS])
def test_an_odd_report_is_an_error_in_words(api, body):
    api.plan("status", body=body, times=None)
    finding = run(api)
    assert finding.verdict == Verdict.ERROR
    assert finding.next_step


@pytest.mark.parametrize("body", ['{"input_tokens": "9"}', '{"input_tokens": null}', "[]", "<p>"])
def test_an_odd_count_is_no_pass(api, body):
    api.plan("status", body=body)
    assert paid(api).verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)
