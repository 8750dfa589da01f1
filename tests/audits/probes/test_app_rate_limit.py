import threading
import time

import pytest

from audits.probes.app_rate_limit import MOST, probe
from audits.probes.base import Agreed, Kind, Policy, Verdict
from tests.audits.probes.apps import chatting, of, reply, target, tools


def limiting(after, *, status=429, headers=None):
    """An endpoint that serves so many messages."""
    lock, served = threading.Lock(), [0]

    def answer(handler, _):
        with lock:
            served[0] += 1
            number = served[0]
        reply(
            handler, 200 if number <= after else status, b"ok", headers if number > after else {}
        )

    return answer


def run(app, kind=Kind.STAGING, **more):
    return probe.run(target(kind, app=chatting(app.url), **more), tools())


def test_429_with_retry_after_passes_and_ends_the_burst(app):
    app.chat(limiting(4, headers={"Retry-After": "30"}))
    finding = run(app)
    assert finding.verdict is Verdict.PASS
    assert of(finding, "limit").says == "Message 5 of one user was answered 429."
    assert len(app.came) == 5


def test_limit_in_the_parallel_part_lets_only_those_in_flight_through(app):
    app.chat(limiting(15, headers={"Retry-After": "30"}))
    assert run(app).verdict is Verdict.PASS
    assert 16 <= len(app.came) <= 20


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("7", "pass"),
        ("Sat, 21 Nov 2026 12:00:00 GMT", "pass"),
        ("soon", "fail"),
        ("-1", "fail"),
        ("", "fail"),
    ],
)
def test_what_the_429_says_of_coming_back(app, value, verdict):
    app.chat(limiting(1, headers={"Retry-After": value} if value else {}))
    assert of(run(app), "retry-after").verdict.value == verdict


def test_burst_that_is_served_whole_fails(app):
    app.chat(limiting(1_000))
    finding = run(app, policy=Policy(rate_burst=12))
    assert finding.verdict is Verdict.FAIL
    assert len(app.came) == 12


def test_server_errors_in_place_of_429_fail(app):
    app.chat(limiting(3, status=503))
    assert "server errors" in run(app).says


def test_refusals_of_another_kind_are_inconclusive(app):
    app.chat(limiting(3, status=403))
    assert run(app).verdict is Verdict.INCONCLUSIVE


def test_declared_burst_is_bounded(app):
    app.chat(limiting(10_000))
    run(app, policy=Policy(rate_burst=5_000))
    assert len(app.came) == MOST


def test_burst_ends_when_its_time_is_over(app, monkeypatch):
    monkeypatch.setattr("audits.probes.app_rate_limit.SECONDS", 0.1)
    app.chat(lambda handler, _: (time.sleep(0.06), reply(handler, 200)))
    finding = run(app)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert len(app.came) < 10


def test_production_is_asked_nothing_without_a_second_yes(app):
    finding = run(app, Kind.PRODUCTION)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert not app.came


def test_production_is_asked_when_somebody_agreed(app):
    app.chat(limiting(0, headers={"Retry-After": "1"}))
    assert run(app, Kind.PRODUCTION, agreed=Agreed(production=True)).verdict is Verdict.PASS


def test_no_burst_follows_a_refused_ordinary_message(app):
    app.says("/chat", "no", 401)
    assert run(app).verdict is Verdict.INCONCLUSIVE
    assert len(app.came) == 1


def test_app_that_is_not_there_is_an_error():
    assert probe.run(target(app=chatting("http://127.0.0.1:9")), tools()).verdict is Verdict.ERROR
