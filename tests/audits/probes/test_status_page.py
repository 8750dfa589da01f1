"""What the status page says, and that a page that cannot be read is unknown, never healthy."""

import json

import pytest

from audits.probes.base import Verdict
from audits.probes.status_page import probe
from tests.audits.probes.against import ODD_BODIES, figures, target, tools, verdicts

API = "Claude API (api.anthropic.com)"


def run(api, **more):
    return probe.run(target(api, **more), tools(api))


def page(**more):
    """A healthy page of one component, with what is given in its place."""
    document = {
        "status": {"indicator": "none"},
        "components": [{"name": API, "status": "operational"}],
        "incidents": [],
    }
    return json.dumps(document | more)


def test_a_quiet_page_passes(api):
    finding = run(api)
    assert verdicts(finding) == {"watched": "pass", "healthy": "pass"}
    assert "indicator none" in finding.says


def test_an_incident_beats_components_that_read_operational(api):
    api.incident("Elevated errors", impact="major")
    finding = run(api)
    assert verdicts(finding) == {"watched": "pass", "healthy": "fail"}
    assert "“Elevated errors” (major, investigating)" in finding.says
    assert "your own error rate" in finding.next_step


@pytest.mark.parametrize(
    "status", ["degraded_performance", "partial_outage", "major_outage", "under_maintenance"]
)
def test_a_component_of_the_api_that_is_unwell_fails(api, status):
    api.world.status.states[API] = status
    finding = run(api)
    assert finding.verdict == Verdict.FAIL
    assert f"{API} ({status.replace('_', ' ')})" in finding.says


def test_trouble_of_another_product_is_no_trouble_of_the_api(api):
    api.world.status.states["claude.ai"] = "major_outage"
    api.world.status.indicator = "major"
    finding = run(api)
    assert verdicts(finding)["healthy"] == "pass"


def test_an_incident_that_names_other_components_only_is_no_trouble_of_the_api(api):
    incident = {
        "name": "Login",
        "status": "monitoring",
        "impact": "minor",
        "components": [{"name": "claude.ai"}],
    }
    api.plan("status", path="/status/", body=page(incidents=[incident]))
    assert verdicts(run(api))["healthy"] == "pass"


@pytest.mark.parametrize("status", ["resolved", "postmortem"])
def test_an_incident_that_is_over_does_not_count(api, status):
    incident = {"name": "Past", "status": status, "impact": "critical"}
    api.plan("status", path="/status/", body=page(incidents=[incident]))
    assert verdicts(run(api))["healthy"] == "pass"


def test_an_indicator_without_a_reason_fails(api):
    api.world.status.indicator = "critical"
    finding = run(api)
    assert finding.verdict == Verdict.FAIL
    assert figures(finding.checks[1])["indicator"] == "critical"


@pytest.mark.parametrize(
    "what", ["reset", "garbage", "server-error", "not-found", "endless", "bomb"]
)
def test_a_page_that_cannot_be_read_is_unknown(api, what):
    api.plan(what, path="/status/")
    finding = run(api)
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "status page" in finding.says


def test_a_page_that_nobody_serves_is_unknown(api):
    finding = run(api, status_url="http://127.0.0.1:1")
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "unknown" in finding.says


ODD_PAGES = (
    page(status="none"),
    page(status={"indicator": 3}),
    page(components={}),
    page(components=["API"]),
    page(components=[{"name": API, "status": None}]),
    page(components=[{"name": ["API"], "status": "operational"}]),
    page(incidents=None),
    page(incidents=[{"name": "x", "status": 7}]),
    page(incidents=[{"name": "x", "status": "monitoring", "components": [1]}]),
)


@pytest.mark.parametrize("body", [*ODD_BODIES, *ODD_PAGES])
def test_an_odd_page_is_unknown_in_words(api, body):
    api.plan("status", path="/status/", body=body)
    finding = run(api)
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert finding.says.startswith("The status page is not as documented: ")
