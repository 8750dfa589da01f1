import pytest
from django.urls import reverse

from audits.models import Audit, Environment, Project, Team
from tests.audits.helpers import build_edition
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page


def new(team: Team) -> str:
    return reverse("project-new", args=[team.pk])


def edit(project: Project) -> str:
    return reverse("project-edit", args=[project.pk])


def environments(project: Project) -> str:
    return reverse("environment-add", args=[project.pk])


def test_project_is_made_in_the_team(browser, ed, harbour):
    body = {"name": "Agent", "description": "Reads.\r\nOnly.", "launch_date": "2030-02-01"}

    response = browser(ed).post(new(harbour), body)

    project = Project.objects.get()
    assert response["Location"] == f"{reverse('audit-new')}?project={project.pk}"
    assert (project.team, str(project.launch_date)) == (harbour, "2030-02-01")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Name: This field is required."),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"name": "a\x00"}, "Null characters are not allowed."),
        ({"description": "x" * 4001}, "at most 4000 characters"),
        ({"launch_date": "soon"}, "Enter a valid date."),
        ({"launch_date": "2026-02-30"}, "Enter a valid date."),
    ],
)
def test_project_that_cannot_be_made_says_why(browser, ed, harbour, change, sentence):
    response = browser(ed).post(new(harbour), {"name": "Agent"} | change)

    assert response.status_code == 422
    assert sentence in Page(response).text
    assert not Project.objects.exists()


def test_project_is_edited(browser, ed, project):
    browser(ed).post(edit(project), {"name": "Renamed", "version": 1})

    assert Project.objects.get().name == "Renamed"


def test_page_of_a_refused_edit_still_names_the_project_as_it_is(browser, ed, project):
    response = browser(ed).post(edit(project), {"name": "x" * 121, "version": 1})

    assert response.status_code == 422
    assert "Edit Support assistant" in Page(response).text


def test_launch_date_comes_back_as_the_browser_wants_it(browser, ed, project):
    project.launch_date = "2030-02-01"
    project.save()

    response = browser(ed).get(edit(project))

    assert Page(response).value("launch_date") == "2030-02-01"


def test_environment_is_added(browser, ed, project):
    response = browser(ed).post(environments(project), {"kind": "staging", "name": "eu"})

    assert response["Location"] == project.get_absolute_url()
    assert project.environments.get().name == "eu"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"kind": "staging", "name": "eu"}, "has an environment of that name already"),
        ({"kind": "staging", "name": ""}, "Name: This field is required."),
        ({"kind": "moon", "name": "us"}, "moon is not one of the available choices"),
        ({}, "This field is required."),
    ],
)
def test_environment_that_cannot_be_added_says_why(browser, ed, project, body, sentence):
    project.environments.create(kind="production", name="eu")

    response = browser(ed).post(environments(project), body)

    assert response.status_code == 422
    assert sentence in Page(response).text
    assert project.environments.count() == 1


def test_another_project_may_have_an_environment_of_that_name(browser, ed, project, harbour):
    harbour.projects.create(name="Other").environments.create(kind="staging", name="eu")

    browser(ed).post(environments(project), {"kind": "staging", "name": "eu"})

    assert project.environments.count() == 1


def test_removal_of_an_environment_asks_first(browser, ed, project):
    environment = project.environments.create(kind="staging", name="eu")

    response = browser(ed).get(reverse("environment-remove", args=[project.pk, environment.pk]))

    assert "eu" in Page(response).text
    assert Environment.objects.exists()


def test_environment_is_removed(browser, ed, project):
    environment = project.environments.create(kind="staging", name="eu")

    response = browser(ed).post(reverse("environment-remove", args=[project.pk, environment.pk]))

    assert response["Location"] == project.get_absolute_url()
    assert not Environment.objects.exists()


def test_environment_of_another_project_stays(browser, ed, project, harbour):
    other = harbour.projects.create(name="Other").environments.create(kind="staging", name="eu")

    response = browser(ed).post(reverse("environment-remove", args=[project.pk, other.pk]))

    assert response.status_code == 404
    assert Environment.objects.exists()


def test_person_without_a_team_is_shown_the_way_to_one(browser, mallory):
    mallory.memberships.all().delete()

    response = browser(mallory).get("/")

    page = Page(response)
    assert "You are in no team yet" in page.text
    assert reverse("team-new") in page.links()


def test_project_without_an_audit_shows_an_editor_how_to_start_one(browser, ed, project):
    for page in ("/", project.get_absolute_url()):
        links = Page(browser(ed).get(page)).links()
        assert f"{reverse('audit-new')}?project={project.pk}" in links


def test_team_without_a_project_is_shown_the_way_to_one(browser, ed, harbour):
    response = browser(ed).get("/")

    assert new(harbour) in Page(response).links()


@pytest.mark.parametrize("projects", [0, 1])
def test_viewer_is_shown_no_way_that_ends_in_a_refusal(browser, vic, harbour, projects):
    for number in range(projects):
        harbour.projects.create(name=f"Project {number}")

    response = browser(vic).get("/")

    ways = [link.partition("?")[0] for link in Page(response).links()]
    assert new(harbour) not in ways
    assert reverse("audit-new") not in ways


def test_editor_elsewhere_makes_no_project_where_they_only_look(browser, vic, harbour):
    reef = Team.objects.found("Reef", by=vic)
    harbour.projects.create(name="Agent")

    page = Page(browser(vic).get("/"))

    assert new(reef) in page.links()
    assert new(harbour) not in page.links()


def test_home_says_how_far_the_audit_is(browser, vic, settled_audit):
    response = browser(vic).get("/")

    assert "6 of 6" in Page(response).text


def fill(team: Team, audits: int, by) -> Project:
    project = team.projects.create(name=f"With {audits}")
    for number in range(audits):
        edition = build_edition(f"of-{audits}-{number}", items=3)
        Audit.objects.start(project, f"Audit {number}", [edition], by=by)
        project.environments.create(kind="staging", name=f"eu-{number}")
    return project


def test_project_costs_as_many_queries_for_20_audits_as_for_1(browser, ed, harbour):
    client = browser(ed)
    few, many = (fill(harbour, audits, ed).get_absolute_url() for audits in (1, 20))

    assert queries_of(client, many) == queries_of(client, few)


def test_fifty_audits_a_page_the_open_ones_first(browser, vic, launch):
    project = launch("Agent", 1, audits=51)
    Audit.objects.filter(title="Agent 51").update(state=Audit.State.SIGNED)
    url = project.get_absolute_url()

    first, second = Page(browser(vic).get(url)), Page(browser(vic).get(f"{url}?page=2"))

    assert ("Agent 50 2 open" in first.text, "Agent 51 Signed" in first.text) == (True, False)
    assert ("Agent 50 2 open" in second.text, "Agent 51 Signed" in second.text) == (False, True)
