"""What probes say, counted: in the portfolio, and on a project's page."""

import pytest

from audits.models import Team
from audits.models.running import record
from tests.audits.probing import ERROR, FAIL, PASS, FakeProbe, only
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page


@pytest.fixture(autouse=True)
def probes(monkeypatch) -> None:
    only(monkeypatch, *(FakeProbe(name) for name in ("app-health", "key-valid", "latency")))


def watched(project, *findings, by):
    """An environment whose first probes saw these."""
    environment = project.environments.create(
        kind="production", name=f"eu-{project.environments.count()}"
    )
    for watch, finding in zip(environment.watches.order_by("probe"), findings, strict=False):
        record(watch, finding, by=by)
    return environment


def test_portfolio_counts_what_is_grave_over_all_environments(browser, vic, alice, project):
    watched(project, FAIL, PASS, by=alice)
    watched(project, FAIL, ERROR, by=alice)

    assert "2 fail 1 error" in Page(browser(vic).get("/")).text


def test_portfolio_counts_passes_where_nothing_is_grave(browser, vic, alice, project):
    watched(project, PASS, PASS, by=alice)

    assert "2 pass" in Page(browser(vic).get("/")).text


def test_probe_that_is_no_more_is_not_counted(browser, vic, alice, project, monkeypatch):
    watched(project, FAIL, PASS, by=alice)

    only(monkeypatch, FakeProbe("key-valid"))

    text = Page(browser(vic).get("/")).text
    assert "1 pass" in text
    assert "1 fail" not in text


def test_project_links_its_environments_with_their_verdicts(browser, vic, alice, project):
    environment = watched(project, FAIL, PASS, PASS, by=alice)

    page = Page(browser(vic).get(project.get_absolute_url()))

    assert environment.get_absolute_url() in page.links()
    assert "1 fail 2 pass" in page.text


def test_verdicts_of_others_are_not_counted(browser, mallory, vic, alice, project):
    reef = Team.objects.get(name="Reef").projects.create(name="Deep")
    watched(reef, FAIL, by=mallory)
    watched(project, PASS, by=alice)

    assert "fail" not in Page(browser(vic).get("/")).text


def test_page_of_a_project_costs_the_same_for_many_environments(browser, vic, alice, project):
    watched(project, FAIL, by=alice)
    before = queries_of(browser(vic), project.get_absolute_url())

    for _ in range(5):
        watched(project, FAIL, PASS, by=alice)

    assert queries_of(browser(vic), project.get_absolute_url()) == before


def test_portfolio_costs_the_same_for_many_environments(browser, vic, alice, harbour, project):
    watched(project, FAIL, by=alice)
    before = queries_of(browser(vic), "/")

    for number in range(4):
        watched(harbour.projects.create(name=f"Project {number}"), FAIL, PASS, by=alice)

    assert queries_of(browser(vic), "/") == before
