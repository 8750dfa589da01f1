"""What is left of the limits, by the headers of several responses and of the last hour."""

import datetime as dt

import pytest

from audits.probes.base import Verdict
from audits.probes.rate_headroom import RESPONSES, Left, judge, probe, read
from audits.simulator.limits import Bucket
from tests.audits.probes.against import NOW, figures, target, tools, verdicts

MODELS = ("claude-sonnet-5-5",)


def run(api, **more):
    more.setdefault("models", MODELS)
    return probe.run(target(api, api.key(), **more), tools(api))


def left(percent: int) -> list[Left]:
    return [Left("requests", 100, percent)]


def test_plenty_left_passes_and_names_the_limits(api):
    finding = run(api)
    assert verdicts(finding) == {"headroom": "pass"}
    assert figures(finding)["responses"] == RESPONSES
    assert figures(finding)["requests limit"] == 2_000
    assert not api.came("/v1/messages")


def test_the_lowest_of_the_responses_counts(api):
    finding = judge([left(90), left(19), left(50)], {}, NOW, how="")
    assert finding.verdict == Verdict.FAIL
    assert figures(finding)["headroom"] == 19
    assert "19 of 100 requests left" in finding.says
    assert "Spread the load" in finding.next_step


def test_a_fifth_left_still_passes():
    assert judge([left(20)], {}, NOW, how="").verdict == Verdict.PASS


def test_a_busy_run_within_the_hour_counts_still():
    busy = judge([left(5)], {}, NOW, how="")
    later = NOW + dt.timedelta(minutes=50)
    idle = judge([left(99)], busy.kept, later, how="")
    assert idle.verdict == Verdict.FAIL
    assert "the lowest of 2 runs within an hour was 5%" in idle.says


def test_a_busy_run_of_two_hours_ago_is_forgotten():
    busy = judge([left(5)], {}, NOW, how="")
    idle = judge([left(99)], busy.kept, NOW + dt.timedelta(hours=2), how="")
    assert idle.verdict == Verdict.PASS
    assert len(idle.kept["lowest"]) == 1


def test_absent_headers_are_unknown_and_not_nothing(api):
    api.world.count_limits.told = False
    finding = run(api)
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert finding.says == "None of 4 responses had a rate limit header: unknown."


def test_the_list_of_models_tells_no_limits(api):
    assert run(api, models=()).verdict == Verdict.INCONCLUSIVE


def test_a_limit_that_is_reached_fails(api):
    api.world.count_limits.requests = Bucket(2)
    finding = run(api)
    assert finding.verdict == Verdict.FAIL
    assert "429" in finding.says
    assert judge([left(99)], finding.kept, NOW, how="").verdict == Verdict.FAIL


@pytest.mark.parametrize(
    "headers",
    [
        {"limit": "lots", "remaining": "5"},
        {"limit": "100", "remaining": "-5"},
        {"limit": "0", "remaining": "0"},
        {"limit": "1e400", "remaining": "1"},
        {"limit": "100", "remaining": "1.5"},
        {"limit": "9" * 5_000, "remaining": "1"},
        {"limit": "100"},
        {"remaining": "100"},
    ],
)
def test_an_odd_header_tells_nothing(headers):
    named = {f"anthropic-ratelimit-requests-{name}": value for name, value in headers.items()}
    assert read(named) == []


def test_more_left_than_there_is_counts_as_all():
    assert Left("requests", 10, 20).percent == 100


def test_a_refused_key_is_an_error(api):
    finding = probe.run(target(api, api.key("revoked-key"), models=MODELS), tools(api))
    assert finding.verdict == Verdict.ERROR


@pytest.mark.parametrize("what", ["overloaded", "reset", "tier-cap"])
def test_trouble_that_is_no_rate_limit_is_an_error(api, what):
    api.plan(what)
    assert run(api).verdict == Verdict.ERROR


def test_without_a_key_it_is_inconclusive(api):
    assert probe.run(target(api), tools(api)).verdict == Verdict.INCONCLUSIVE
