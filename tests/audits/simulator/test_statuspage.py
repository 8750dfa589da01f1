import httpx2
import pytest


def page(fake, name: str) -> dict:
    answer = httpx2.get(f"{fake.status_url}/api/v2/{name}.json", trust_env=False)
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.parametrize("indicator", ["none", "minor", "major", "critical"])
def test_the_indicator_is_told(fake, indicator):
    fake.world.status.indicator = indicator
    assert page(fake, "status")["status"]["indicator"] == indicator
    assert page(fake, "summary")["status"]["indicator"] == indicator


def test_components_read_operational_during_an_incident(fake):
    fake.incident("Elevated errors", impact="critical")
    summary = page(fake, "summary")
    assert {one["status"] for one in summary["components"]} == {"operational"}
    assert summary["incidents"][0]["impact"] == "critical"


def test_resolved_incidents_are_not_among_the_unresolved(fake):
    fake.incident("Over", status="resolved")
    fake.incident("Now", status="monitoring")
    unresolved = page(fake, "incidents/unresolved")["incidents"]
    assert [one["name"] for one in unresolved] == ["Now"]
    assert len(page(fake, "incidents")["incidents"]) == 2


def test_a_component_may_be_degraded(fake):
    name = "Claude API (api.anthropic.com)"
    fake.world.status.states[name] = "partial_outage"
    told = {one["name"]: one["status"] for one in page(fake, "components")["components"]}
    assert told[name] == "partial_outage"


def test_the_status_page_may_be_unreachable(fake):
    fake.plan("cut", path="/status/", times=None)
    with pytest.raises(httpx2.TransportError):
        page(fake, "summary")
