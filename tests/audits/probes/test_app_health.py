import datetime as dt
import json

import pytest

from audits.probes.app_health import probe
from audits.probes.base import App, Verdict
from tests.audits.probes.apps import NOW, of, target, tools, verdicts

GOOD = {"status": "healthy", "latency_ms": 41, "timestamp": NOW.isoformat()}


def run(app, health=GOOD, *, status=200, live=(200, "alive"), ready=(200, "ready")):
    body = health if isinstance(health, str) else json.dumps(health)
    app.says("/health", body, status)
    app.says("/live", json.dumps({"status": live[1]}), live[0])
    says = ready[1] if isinstance(ready[1], list) else {"status": ready[1]}
    app.says("/ready", json.dumps(says), ready[0])
    places = {f"{name}_url": f"{app.url}/{name}" for name in ("health", "live", "ready")}
    return probe.run(target(app=App(**places)), tools())


def test_app_as_the_source_describes_passes(app):
    finding = run(app)
    assert finding.verdict is Verdict.PASS
    assert verdicts(finding) == {
        "health": "pass",
        "free": "pass",
        "live": "pass",
        "ready": "pass",
        "degrades": "inconclusive",
    }
    assert "cannot be seen" in of(finding, "ready").says


@pytest.mark.parametrize("missing", ["status", "latency_ms", "timestamp"])
def test_field_that_is_missing_fails(app, missing):
    finding = run(app, {name: value for name, value in GOOD.items() if name != missing})
    assert of(finding, "health").verdict is Verdict.FAIL


@pytest.mark.parametrize("at", ["yesterday", (NOW - dt.timedelta(hours=1)).isoformat(), True])
def test_time_that_is_old_or_none_fails(app, at):
    assert of(run(app, GOOD | {"timestamp": at}), "health").verdict is Verdict.FAIL


@pytest.mark.parametrize("body", ["OK", "[]", "null", "{" * 5_000])
def test_health_without_an_object_fails(app, body):
    assert of(run(app, body), "health").verdict is Verdict.FAIL


def test_error_stands_in_place_of_latency_when_unhealthy(app):
    health = {"status": "unhealthy", "error": "timeout", "timestamp": NOW.isoformat()}
    assert of(run(app, health, status=503), "health").verdict is Verdict.PASS


def test_answer_that_tells_of_tokens_fails(app):
    health = GOOD | {"check": {"usage": {"output_tokens": 9}}}
    assert of(run(app, health), "free").verdict is Verdict.FAIL


def test_ready_that_says_no_with_200_fails(app):
    assert of(run(app, ready=(200, "not ready")), "ready").verdict is Verdict.FAIL


def test_pair_that_fastapi_sends_with_200_fails(app):
    finding = run(app, ready=(200, [{"status": "not ready"}, 503]))
    assert "FastAPI" in of(finding, "ready").next_step


def test_ready_with_503_passes(app):
    assert of(run(app, ready=(503, "not ready")), "ready").verdict is Verdict.PASS


def test_live_that_fails_with_claude_is_no_liveness(app):
    finding = run(app, GOOD | {"status": "unhealthy"}, live=(503, "dead"))
    assert of(finding, "degrades").verdict is Verdict.FAIL
    assert of(finding, "live").verdict is Verdict.FAIL


def test_app_that_stays_up_without_claude_passes(app):
    assert of(run(app, GOOD | {"status": "degraded"}), "degrades").verdict is Verdict.PASS


def test_app_that_takes_itself_out_of_service_is_for_a_person(app):
    finding = run(app, GOOD | {"status": "unhealthy"}, ready=(503, "not ready"))
    assert of(finding, "degrades").verdict is Verdict.INCONCLUSIVE


def test_one_address_for_live_and_ready_fails(app):
    app.says("/health", json.dumps(GOOD))
    url = f"{app.url}/health"
    finding = probe.run(target(app=App(health_url=url, live_url=url, ready_url=url)), tools())
    assert of(finding, "ready").verdict is Verdict.FAIL


def test_health_that_does_not_answer_fails():
    finding = probe.run(target(app=App(health_url="http://127.0.0.1:9/health")), tools())
    assert finding.verdict is Verdict.FAIL


def test_address_that_the_door_refuses_is_an_error():
    finding = probe.run(target(app=App(health_url="http://10.0.0.1/health")), tools())
    assert finding.verdict is Verdict.ERROR


def test_without_addresses_it_is_inconclusive(app):
    assert probe.run(target(), tools()).verdict is Verdict.INCONCLUSIVE
    app.says("/health", json.dumps(GOOD))
    finding = probe.run(target(app=App(health_url=f"{app.url}/health")), tools())
    assert of(finding, "live").verdict is Verdict.INCONCLUSIVE
    assert of(finding, "ready").verdict is Verdict.INCONCLUSIVE
