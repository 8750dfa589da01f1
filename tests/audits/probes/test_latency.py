"""Streamed calls are measured; percentiles need samples, and too few say so."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from audits.probes.base import Policy, Queue, Sample, Verdict
from audits.probes.latency import body, judge, probe
from audits.probes.percentiles import percentile
from tests.audits.probes.against import NOW, PAID, figures, target, tools, verdicts

MODEL = "claude-sonnet-5-5"
OTHER = "claude-haiku-5-5"


def samples(number: int, total: int = 1_000, model: str = MODEL, **more) -> tuple[Sample, ...]:
    at = NOW - dt.timedelta(hours=1)
    return tuple(Sample(at, model, Decimal(200), Decimal(total), **more) for _ in range(number))


def run(api, *, with_tools=None, **more):
    more.setdefault("models", (MODEL,))
    more.setdefault("agreed", PAID)
    return probe.run(target(api, api.key(), **more), with_tools or tools(api))


def test_a_call_is_streamed_and_its_times_are_given_back(api):
    api.latency(start_ms=20, first_ms=30, gap_ms=10)
    [sample] = run(api).samples
    assert sample.model == MODEL
    assert 30 <= sample.ttft_ms <= sample.total_ms
    assert not sample.error


def test_it_asks_for_little_effort_and_leaves_room_for_text(api):
    run(api)
    sent = json.loads(api.came("/v1/messages")[0].body)
    assert sent["stream"] is True
    assert sent["output_config"] == {"effort": "low"}
    assert sent["max_tokens"] >= 256


def test_a_model_that_does_not_think_by_itself_is_not_asked_for_effort():
    assert "output_config" not in body("claude-haiku-4-5-20251001")


def test_each_declared_model_is_measured_once(api):
    finding = run(api, models=(MODEL, OTHER, MODEL))
    assert [sample.model for sample in finding.samples] == [MODEL, OTHER]


def test_one_sample_is_too_few(api):
    finding = run(api)
    assert verdicts(finding) == {
        "p95": "inconclusive",
        "tracked": "inconclusive",
        "p99": "inconclusive",
    }
    assert "too few samples for p95, 1 of 20 needed" in finding.says


def test_the_twentieth_sample_is_enough_for_p95_and_not_for_p99(api):
    finding = run(api, samples=samples(19))
    assert verdicts(finding) == {"p95": "pass", "tracked": "pass", "p99": "inconclusive"}
    assert finding.verdict == Verdict.PASS
    assert figures(finding)[f"{MODEL} samples"] == 20
    assert f"{MODEL} total p95" in figures(finding)
    assert f"{MODEL} total p99" not in figures(finding)


def test_the_hundredth_sample_is_enough_for_p99(api):
    finding = run(api, samples=samples(99))
    assert verdicts(finding)["p99"] == "pass"
    assert figures(finding)[f"{MODEL} TTFT p99"] == 200


def test_a_p95_above_the_teams_target_fails(api):
    finding = run(api, samples=samples(19, total=3_001), policy=Policy(p95_ms=3_000))
    assert verdicts(finding)["p95"] == "fail"
    assert "p95 of the total time is 3,001 ms over 20 samples, of at most 3,000 ms" in finding.says
    assert "size of the prompt" in finding.next_step


def test_a_p95_on_the_target_passes(api):
    finding = run(api, samples=samples(19, total=3_000), policy=Policy(p95_ms=3_000))
    assert verdicts(finding)["p95"] == "pass"


def test_a_p99_beyond_a_minute_fails_its_aspect(api):
    slow = (*samples(97), *samples(2, total=61_000))
    finding = run(api, samples=slow)
    assert verdicts(finding)["p99"] == "fail"
    assert finding.verdict == Verdict.PASS


def test_the_slowest_model_decides(api):
    told = (*samples(19, total=50_000), *samples(19, model=OTHER))
    finding = run(api, models=(OTHER, MODEL), samples=told)
    assert verdicts(finding)["p95"] == "fail"
    assert finding.says.startswith(f"{MODEL}: ")


def test_samples_of_models_that_are_no_longer_declared_do_not_count(api):
    finding = run(api, samples=samples(50, model="claude-opus-5"))
    assert figures(finding)[f"{MODEL} samples"] == 1


def test_failed_calls_are_counted_and_are_no_times(api):
    finding = run(api, samples=(*samples(19), *samples(7, error="The API was overloaded.")))
    told = figures(finding)
    assert told[f"{MODEL} failed calls"] == 7
    assert told[f"{MODEL} samples"] == 20


@pytest.mark.parametrize(
    "what",
    ["overloaded", "reset", "stream-error", "stream-cut", "stream-reset", "credits-exhausted"],
)
def test_a_call_that_fails_is_an_error_with_a_sample_that_says_so(api, what):
    api.plan(what)
    finding = run(api, samples=samples(30))
    assert finding.verdict == Verdict.ERROR
    assert finding.samples[0].error
    assert finding.samples[0].total_ms is None
    assert "this run's call failed" in finding.says


@pytest.mark.parametrize("what", ["hang", "drip", "stream-hang", "stream-drip"])
def test_a_server_that_never_ends_is_an_error_within_the_time(api, what):
    api.plan(what, every=0.05)
    finding = run(api, with_tools=tools(api, total_s=0.4))
    assert finding.verdict == Verdict.ERROR


@pytest.mark.parametrize(
    "answer",
    [
        "<html></html>",
        "event: message_stop\ndata: {}\n\n",
        'data: {"type": "message_stop"}\n\n',
        'data: [1]\n\ndata: "x"\n\ndata: {"type": 5}\n\n',
        'data: {"type": "content_block_delta", "delta": []}\n\ndata: {"type": "message_stop"}\n\n',
        "data: " + "[" * 50_000 + "\n\n",
        "",
    ],
)
def test_an_odd_stream_is_an_error_in_words(api, answer):
    api.plan("status", body=answer, kind="text/event-stream")
    finding = run(api)
    assert finding.verdict == Verdict.ERROR
    assert finding.samples[0].error


def test_without_anybodys_agreement_nothing_is_asked_and_the_price_is_told(api):
    finding = probe.run(target(api, api.key(), models=(MODEL,)), tools(api))
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "at most $0.0" in finding.next_step
    assert not api.requests


def test_a_call_above_the_daily_cap_is_not_made(api):
    finding = run(api, with_tools=tools(api, cap="0"))
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert not api.requests


def test_what_was_measured_before_the_cap_was_reached_is_kept(api):
    price = probe.price(target(api, models=(OTHER,)), tools(api))
    finding = run(api, models=(OTHER, MODEL), with_tools=tools(api, cap=str(price)))
    assert [sample.model for sample in finding.samples] == [OTHER]


def test_the_price_of_a_model_that_nobody_knows_is_unknown(api):
    asked = target(api, api.key(), models=("claude-unheard-9",))
    assert probe.price(asked, tools(api)) is None
    assert "not known" in probe.run(asked, tools(api)).next_step


def test_without_a_key_or_a_model_it_is_inconclusive(api):
    assert probe.run(target(api, agreed=PAID), tools(api)).verdict == Verdict.INCONCLUSIVE


def test_it_has_a_queue_of_its_own():
    assert probe.queue == Queue.LATENCY


def test_percentiles_are_by_nearest_rank():
    values = [Decimal(number) for number in range(1, 101)]
    assert [percentile(values, percent) for percent in (50, 95, 99)] == [50, 95, 99]
    assert percentile(values[:20], 95) == 19
    assert percentile([], 50) is None


def test_a_new_sample_counts_with_the_earlier_ones(api):
    asked = target(api, models=(MODEL,), samples=samples(19))
    assert judge(asked, samples(1, total=99_000), how="").verdict == Verdict.PASS
    assert judge(asked, samples(2, total=99_000), how="").verdict == Verdict.FAIL
