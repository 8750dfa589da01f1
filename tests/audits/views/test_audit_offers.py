"""The lists of the form that starts an audit: short, searched, and of one team at a time."""

import pytest
from django.urls import reverse

from audits.models import Audit, Team
from audits.views.audit_start import OFFERED
from checklist.models import Checklist
from tests.audits.helpers import build_edition
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page

NEW = reverse("audit-new")


@pytest.fixture
def many(harbour) -> Team:
    """Twenty projects."""
    for number in range(1, 21):
        harbour.projects.create(name=f"Agent {number:02}")
    return harbour


@pytest.fixture
def reef(ed) -> Team:
    """Another team of ed's, with a project of its own."""
    reef = Team.objects.found("Reef", by=ed)
    reef.projects.create(name="Of the reef")
    return reef


def chosen(page: Page, name: str) -> list[str]:
    return [box["value"] for box in page.all("input", name=name) if "checked" in box]


def offered(page: Page, name: str) -> int:
    return len(page.all("input", name=name))


def test_short_list_needs_no_search(browser, ed, project, edition):
    page = Page(browser(ed).get(NEW))

    assert page.all("input", name="find_project") == []
    assert chosen(page, "project") == [str(project.pk)]


def test_long_list_is_cut_and_says_how_many_more_there_are(browser, ed, many, edition):
    page = Page(browser(ed).get(NEW))

    assert offered(page, "project") == OFFERED
    assert f"{20 - OFFERED} more" in page.text
    assert chosen(page, "project") == []


def test_project_of_the_link_is_first_in_a_long_list(browser, ed, many, edition):
    last = many.projects.get(name="Agent 20")

    page = Page(browser(ed).get(f"{NEW}?project={last.pk}"))

    assert chosen(page, "project") == [str(last.pk)]
    assert page.all("input", name="project")[0]["value"] == str(last.pk)


def test_search_keeps_all_that_was_written_and_chosen(browser, ed, many, edition):
    first = many.projects.get(name="Agent 01")
    body = {"project": first.pk, "title": "Pilot", "editions": [edition.pk]}

    response = browser(ed).post(NEW, body | {"find_project": "agent 17", "again": "project"})

    page = Page(response)
    assert response.status_code == 200
    assert "Agent 17" in page.text
    assert offered(page, "project") == 2
    assert chosen(page, "project") == [str(first.pk)]
    assert chosen(page, "editions") == [str(edition.pk)]
    assert page.value("title") == "Pilot"
    assert not Audit.objects.exists()


def test_new_words_seek_before_they_start_whichever_key_was_pressed(browser, ed, many, edition):
    first = many.projects.get(name="Agent 01")
    body = {"project": first.pk, "title": "Pilot", "editions": [edition.pk]}

    browser(ed).post(NEW, body | {"find_project": "agent 17", "found_project": ""})
    assert not Audit.objects.exists()

    browser(ed).post(NEW, body | {"find_project": "agent 17", "found_project": "agent 17"})
    assert Audit.objects.get().project == first


def test_enter_before_there_is_a_title_scolds_nobody(browser, ed, many, edition):
    response = browser(ed).post(NEW, {"enter": "", "title": ""})

    assert response.status_code == 200


def test_words_without_a_project_say_so(browser, ed, many, edition):
    response = browser(ed).post(NEW, {"find_project": "nowhere\0", "again": "project"})

    assert "No project of Harbour has these words." in Page(response).text


def test_many_checklists_are_searched_too(browser, ed, project):
    editions = [build_edition(f"list-{number:02}") for number in range(1, 21)]

    page = Page(browser(ed).get(f"{NEW}?edition={editions[-1].pk}"))
    assert chosen(page, "editions") == [str(editions[-1].pk)]
    assert offered(page, "editions") == 1 + OFFERED

    found = Page(browser(ed).post(NEW, {"find_checklist": "list-07", "again": "checklist"}))
    assert "List-07" in found.text
    assert offered(found, "editions") == 1


def test_link_from_an_older_edition_chooses_the_latest(browser, ed, project, edition):
    newer = build_edition(version="1.1.0")

    page = Page(browser(ed).get(f"{NEW}?edition={edition.pk}"))

    assert chosen(page, "editions") == [str(newer.pk)]


def test_projects_are_those_of_one_team(browser, ed, project, reef, edition):
    page = Page(browser(ed).get(NEW))
    assert "Support assistant" in page.text
    assert "Of the reef" not in page.text

    switched = Page(browser(ed).post(NEW, {"switch": str(reef.pk), "title": "Pilot"}))
    assert "Of the reef" in switched.text
    assert "Support assistant" not in switched.text
    assert switched.value("title") == "Pilot"


def test_link_of_a_project_chooses_its_team(browser, ed, project, reef, edition):
    page = Page(browser(ed).get(f"{NEW}?project={reef.projects.get().pk}"))

    assert chosen(page, "project") == [str(reef.projects.get().pk)]


def test_checklists_of_another_team_are_not_offered(browser, ed, project, reef, edition):
    own = build_edition("reefs-own")
    Checklist.objects.filter(slug="reefs-own").update(owner=reef.pk)

    page = Page(browser(ed).get(NEW))
    assert "Reefs-Own" not in page.text

    linked = Page(browser(ed).get(f"{NEW}?edition={own.pk}"))
    assert "Of the reef" in linked.text
    assert chosen(linked, "editions") == [str(own.pk)]


def test_team_in_which_one_only_looks_is_not_offered(browser, vic, project, edition):
    reef = Team.objects.found("Reef", by=vic)
    reef.projects.create(name="Of the reef")

    page = Page(browser(vic).get(f"{NEW}?project={project.pk}"))

    assert "Of the reef" in page.text
    assert "Support assistant" not in page.text


def test_form_costs_as_many_queries_for_50_projects_as_for_10(browser, ed, harbour, edition):
    client = browser(ed)
    for number in range(10):
        harbour.projects.create(name=f"Agent {number}")
    few = queries_of(client, NEW)
    for number in range(40):
        harbour.projects.create(name=f"Bot {number}")
        build_edition(f"list-{number}")

    assert queries_of(client, NEW) == few
