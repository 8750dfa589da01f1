"""The home page: what it says of a project, its links, filters and pages."""

import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Audit, Membership, Team
from audits.views.portfolio_query import FILTERS, SORTS
from tests.audits.helpers import build_edition, seal, settle
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page


def home(browser, user, query: str = "") -> Page:
    response = browser(user).get(f"/{query}")
    assert response.status_code == 200
    return Page(response)


def test_row_says_how_the_current_audit_stands(browser, vic, alice, launch):
    audit = launch("Agent", 12).audits.get()
    audit.answers.get(position=1).record("done", by=alice)

    text = home(browser, vic).text

    assert "Agent Agent 1 in 12 days" in text
    assert "1 open none none 1 of 6 none" in text


def test_figures_lead_to_the_answers_behind_them(browser, vic, alice, launch):
    audit = launch("Agent", 12).audits.get()
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    audit.answers.get(position=1).plan(by=alice, owner=alice, due=yesterday)
    audit.answers.filter(position=2).update(state="done", verdict="fail")
    audit.recount()
    audit.save()

    links = home(browser, vic).links()

    for show in ("blockers", "conflicts", "overdue"):
        assert f"{audit.get_absolute_url()}?show={show}" in links


def test_last_sign_off_says_who_and_whether_something_changed_since(
    browser, vic, sealed_audit, alice
):
    assert "Go Noor Haddad" in home(browser, vic).text

    sealed_audit.reopen("Once more.", by=alice)
    assert "Go reopened since Noor Haddad" in home(browser, vic).text

    sealed_audit.answers.get(position=2).record("open", by=alice)
    assert "Go changed since Noor Haddad" in home(browser, vic).text


def test_acceptance_that_ran_out_is_counted_as_open_at_once(browser, vic, settled_audit, noor):
    today = timezone.localdate()
    answer = settled_audit.answers.get(position=1)
    answer.record("risk_accepted", by=noor, reason="Later.", approver=noor, until=today)
    assert "6 of 6" in home(browser, vic).text

    yesterday = today - dt.timedelta(days=1)
    settled_audit.answers.filter(position=1).update(accepted_until=yesterday)
    Audit.objects.filter(pk=settled_audit.pk).update(lapses_on=yesterday)

    assert "1 open none none 5 of 6" in home(browser, vic).text


def test_other_audits_of_a_project_stand_below_it_what_burns_first(
    browser, vic, launch, alice, noor
):
    project = launch("Agent", 12, audits=6)
    settle(project.audits.get(title="Agent 5"), by=alice)
    seal(project.audits.get(title="Agent 5"), by=noor)

    text = home(browser, vic).text

    assert "Also Agent 4 , 2 open Agent 3 , 2 open Agent 2 , 2 open 2 more" in text


def test_names_cannot_write_markup(browser, vic, launch):
    launch("<b>Agent</b>", 12, audits=2)

    page = home(browser, vic)

    assert page.all("b") == []
    assert "<b>Agent</b> 2" in page.text


def test_fifty_projects_a_page(browser, vic, harbour):
    for number in range(51):
        harbour.projects.create(name=f"Project {number:02}")

    first, second = home(browser, vic, "?sort=name"), home(browser, vic, "?sort=name&page=2")

    assert ("Project 49" in first.text, "Project 50" in first.text) == (True, False)
    assert ("Project 49" in second.text, "Project 50" in second.text) == (False, True)
    assert "?sort=name&page=2" in first.links()


@pytest.mark.parametrize("show", FILTERS)
def test_each_filter_is_a_link_that_puts_it_on_and_takes_it_off(browser, vic, launch, show):
    launch("Agent", 12)

    page = home(browser, vic)
    assert f"?show={show}" in page.links()

    pressed = Page(browser(vic).get(f"/?show={show}"))
    assert {"class": "chip", "href": "?", "aria-current": "true"} in pressed.all("a")


def test_filters_keep_each_other_but_not_what_rules_them_out(browser, vic, launch):
    launch("Agent", 12)

    links = home(browser, vic, "?show=upcoming&show=blockers&q=agent&sort=name").links()

    assert "?show=upcoming&show=blockers&show=mine&q=agent&sort=name" in links
    assert "?show=launched&show=blockers&q=agent&sort=name" in links
    assert "?show=upcoming&show=no-audit&q=agent&sort=name" in links
    assert "?show=upcoming&show=blockers&q=agent" in links


def test_search_keeps_the_filters(browser, vic, launch):
    launch("Agent", 12)

    page = home(browser, vic, "?show=blockers&sort=name&q=agent")

    assert page.value("q") == "agent"
    assert page.value("show") == "blockers"
    assert page.value("sort") == "name"


@pytest.mark.parametrize("sort", SORTS)
def test_page_says_how_it_is_sorted(browser, vic, launch, sort):
    launch("Agent", 12)

    assert SORTS[sort][1] in home(browser, vic, f"?sort={sort}").text


@pytest.mark.parametrize(
    "query", ["?show=moon", "?team=x", "?team=%00", "?sort=up", "?page=x", "?page=-1", "?q=%00"]
)
def test_query_that_means_nothing_breaks_nothing(browser, vic, launch, query):
    launch("Agent", 12)

    home(browser, vic, query)


def test_nothing_found_says_what_was_asked_and_how_to_see_all(browser, vic, launch):
    launch("Agent", 12)

    page = home(browser, vic, "?q=nowhere&show=blockers")

    assert "No project is like that" in page.text
    assert "“nowhere”" in page.text
    assert "/" in page.links()


def test_team_is_chosen_where_there_are_several(browser, vic, launch, alice):
    launch("Agent", 12)
    reef = Team.objects.found("Reef", by=alice)
    reef.memberships.create(user=vic, role=Membership.Role.VIEWER)
    reef.projects.create(name="Of the reef")

    page = home(browser, vic, f"?team={reef.pk}")

    assert "Of the reef" in page.text
    assert "Agent" not in page.text


def test_team_of_others_is_no_filter(browser, vic, launch, mallory):
    launch("Agent", 12)
    reef = Team.objects.get(name="Reef")

    assert "Agent" in home(browser, vic, f"?team={reef.pk}").text


def fill(team: Team, number: int, by, noor) -> None:
    """That many projects with three audits each: a reopened one, a sealed one, an open one."""
    for each in range(number):
        edition = build_edition(f"of-{number}-{each}", items=3)
        project = team.projects.create(name=f"Project {number} {each}")
        audits = [Audit.objects.start(project, f"{n}", [edition], by=by) for n in range(3)]
        for audit in audits[1:]:
            settle(audit, by=by)
            seal(audit, by=noor)
        audits[2].refresh_from_db()
        audits[2].reopen("Again.", by=noor)


def test_home_costs_as_many_queries_for_6_projects_as_for_1(browser, ed, noor, harbour):
    client = browser(ed)
    addresses = ("/", "/?sort=activity&show=mine&show=blockers&q=project")
    fill(harbour, 1, ed, noor)
    few = {address: queries_of(client, address) for address in addresses}
    harbour.projects.create(name="Empty")
    fill(harbour, 5, ed, noor)

    assert {address: queries_of(client, address) for address in addresses} == few
