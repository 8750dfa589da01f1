"""The probes of the app against the bundled simulator's app, well made and badly made."""

import datetime as dt

import pytest

from audits.probes import registry
from audits.probes.base import App, Chat
from audits.simulator.app_log import Log
from audits.simulator.app_metrics import Metrics
from tests.audits.probes.apps import TEMPLATE, of, target, tools, verdicts
from tests.fakes.claude import running


@pytest.fixture
def fake():
    with running() as one:
        one.world.app.first_ms, one.world.app.gap_ms = 40, 30
        yield one


def run(fake, name):
    url = fake.app_url
    app = App(
        page_url=url,
        chat=Chat(f"{url}/chat", TEMPLATE),
        health_url=f"{url}/health",
        live_url=f"{url}/health/live",
        ready_url=f"{url}/health/ready",
        metrics_url=f"{url}/metrics",
        log_url=f"{url}/log.jsonl",
    )
    asked = target(app=app, simulated=True)
    now = dt.datetime.now(dt.UTC)
    return registry.PROBES[name].run(type(asked)(**{**vars(asked), "now": now}), tools())


@pytest.mark.parametrize(
    "name",
    ["key-exposure", "app-stream", "app-rate-limit", "app-input", "app-health", "app-metrics"],
)
def test_well_made_app_passes(fake, name):
    assert run(fake, name).verdict.value == "pass"


def test_plain_http_of_the_simulator_is_no_failure(fake):
    assert "fail" not in verdicts(run(fake, "app-security")).values()


@pytest.mark.parametrize("place", ["page", "script", "chunk", "map", "chunk-map"])
def test_key_that_leaks_is_found(fake, place):
    fake.world.app.leaks[place] = "sk-ant-api03-" + "aB3dE5gH7jK9mNpQ" * 3
    assert of(run(fake, "key-exposure"), "keys").verdict.value == "fail"


@pytest.mark.parametrize("way", ["whole", "unsignalled", "chunks"])
def test_stream_that_is_none_or_ends_without_a_word_fails(fake, way):
    fake.world.app.streams = way
    assert run(fake, "app-stream").verdict.value == "fail"


def test_app_that_takes_everything_fails(fake):
    fake.world.app.refuses = 200
    assert of(run(fake, "app-input"), "oversize").verdict.value == "fail"


def test_app_without_a_limit_fails(fake):
    fake.world.app.per_minute = None
    assert run(fake, "app-rate-limit").verdict.value == "fail"


def test_slow_or_unlabelled_metrics(fake):
    fake.world.app.metrics = Metrics(is_slow=True)
    assert of(run(fake, "app-metrics"), "p95").verdict.value == "fail"
    fake.world.app.metrics = Metrics(labelled=False)
    assert of(run(fake, "app-metrics"), "metrics").verdict.value == "fail"


@pytest.mark.parametrize("style", ["plain", "opentelemetry"])
def test_log_in_either_style_shows_the_retries(fake, style):
    fake.world.app.log = Log(style=style, calls=600, errors=0.3)
    seen = verdicts(run(fake, "log-sample"))
    assert (seen["fields"], seen["eight-fields"]) == ("pass", "pass")
    expected = {
        "prices",
        "retried",
        "retried-429",
        "retried-overload",
        "waits",
        "jitter",
        "bounded",
    }
    assert {name for name in expected if seen[name] != "pass"} == set()


def test_log_with_bad_habits(fake):
    fake.world.app.log = Log(
        calls=600, errors=0.3, waits=False, retries_bad_requests=True, personal=3, torn=2
    )
    finding = run(fake, "log-sample")
    seen = verdicts(finding)
    assert (seen["waits"], seen["not-retried"]) == ("fail", "fail")
    assert seen["personal-data"] == "inconclusive"
    assert "No JSON object: lines" in finding.says
