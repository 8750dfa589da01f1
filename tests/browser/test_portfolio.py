"""The portfolio and the form that starts an audit, in teams with more than a page shows."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from audits.models import Audit, Team


@pytest.fixture
def crowded(harbour, alice, sealed_audit, edition):
    """A second team, projects without an audit, with one and with many, a sealed one."""
    Team.objects.found("Reef", by=alice).projects.create(name="Of the reef")
    busy = harbour.projects.create(name="Busy", launch_date="2030-02-01")
    for number in range(1, 7):
        Audit.objects.start(busy, f"Audit {number}", [edition], by=alice)
    for number in range(1, 61):
        harbour.projects.create(name=f"Agent {number:02}")
    return busy


PAGES = ["/", "/?show=blockers&q=busy", "/?q=nowhere", reverse("audit-new")]


def test_crowded_pages_are_accessible(page, sign_in, alice, crowded, assert_accessible):
    sign_in(page, alice)
    for path in PAGES:
        page.goto(path)
        assert_accessible(page)


@pytest.mark.parametrize("width", [360, 640], ids=["phone", "200 % zoom of 1280"])
def test_no_crowded_page_hangs_over_sideways(page, sign_in, alice, crowded, width):
    sign_in(page, alice)
    page.set_viewport_size({"width": width, "height": 740})
    for path in PAGES:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_projects_are_found_as_one_types(page, sign_in, alice, crowded):
    sign_in(page, alice)
    page.goto("/?sort=name")

    page.keyboard.press("/")
    page.keyboard.type("agent 17")

    expect(page.get_by_text("1 project.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=agent\+17"))
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.get_by_role("link", name="Without audit").click()
    expect(page).to_have_url(re.compile(r"show=no-audit&q=agent\+17&sort=name"))


def test_blockers_of_a_row_lead_to_the_answers(page, sign_in, alice, crowded):
    sign_in(page, alice)
    page.goto("/?q=busy")

    page.get_by_role("row", name=re.compile("^Busy")).get_by_role("link", name="2 open").click()

    expect(page).to_have_url(re.compile(r"show=blockers"))


def test_audit_is_started_of_a_project_that_was_searched(page, sign_in, alice, crowded):
    sign_in(page, alice)
    page.goto(reverse("audit-new"))
    page.get_by_label("Title").fill("Pilot")

    page.get_by_label("Find among the projects").fill("agent 17")
    page.get_by_label("Agent 17").check()
    page.get_by_label("Launch").check()
    page.get_by_role("button", name="Start the audit").click()

    expect(page.get_by_role("heading", name="Pilot")).to_be_visible()
    assert Audit.objects.get(title="Pilot").project.name == "Agent 17"
