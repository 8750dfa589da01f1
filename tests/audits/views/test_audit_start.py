import pytest
from django.urls import reverse

from audits.models import Audit
from tests.audits.helpers import build_edition
from tests.audits.views.markup import Page

NEW = reverse("audit-new")


@pytest.fixture
def body(project, edition) -> dict:
    return {"project": project.pk, "title": "First launch", "editions": [edition.pk]}


def test_audit_starts_over_the_chosen_editions(browser, ed, body):
    body["editions"].append(build_edition("second").pk)

    response = browser(ed).post(NEW, body)

    audit = Audit.objects.get()
    assert response["Location"] == audit.get_absolute_url()
    assert audit.answers.count() == 12


def test_project_and_edition_of_the_link_are_chosen_beforehand(browser, ed, project, edition):
    response = browser(ed).get(f"{NEW}?project={project.pk}&edition={edition.pk}")

    page = Page(response)
    assert "checked" in page.all("input", name="project", value=str(project.pk))[0]
    assert "checked" in page.all("input", name="editions", value=str(edition.pk))[0]


@pytest.mark.parametrize("query", ["?project=x&edition=x", "?edition=999999999999999999999"])
def test_link_that_names_nothing_chooses_nothing(browser, ed, project, edition, query):
    response = browser(ed).get(NEW + query)

    assert response.status_code == 200
    assert not any("checked" in box for box in Page(response).all("input", name="editions"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": ""}, "Title: This field is required."),
        ({"title": "x" * 151}, "at most 150 characters"),
        ({"title": "a\x00b"}, "Null characters are not allowed."),
        ({"editions": []}, "Choose at least one checklist."),
        ({"editions": ["x"]}, "“x” is not a valid value."),
        ({"editions": ["9" * 24]}, "Checklists: "),
        ({"project": ""}, "Project: Choose a project."),
        ({"project": "x"}, "“x” is not a valid UUID."),
    ],
)
def test_audit_that_cannot_start_says_why(browser, ed, body, change, sentence):
    response = browser(ed).post(NEW, body | change)

    assert response.status_code == 422
    assert sentence in Page(response).text
    assert not Audit.objects.exists()


def test_what_was_chosen_stays_when_the_title_is_missing(browser, ed, body, edition):
    response = browser(ed).post(NEW, body | {"title": ""})

    assert "checked" in Page(response).all("input", value=str(edition.pk))[0]


def test_form_that_holds_nothing_is_refused(browser, ed, project):
    assert browser(ed).post(NEW).status_code == 422


def test_older_edition_cannot_be_chosen(browser, ed, body, edition):
    build_edition(version="1.1.0")

    response = browser(ed).post(NEW, body)

    assert response.status_code == 422


@pytest.mark.parametrize("who", ["vic", "mallory"])
def test_who_may_not_edit_the_project_starts_no_audit_of_it(browser, request, body, who):
    response = browser(request.getfixturevalue(who)).post(NEW, body)

    assert response.status_code == 422
    assert not Audit.objects.exists()


def test_who_has_no_project_is_shown_the_way_to_one(browser, ed, harbour):
    response = browser(ed).get(NEW)

    assert reverse("project-new", args=[harbour.pk]) in Page(response).links()


def test_viewer_is_not_led_to_a_form_that_refuses(browser, vic, harbour):
    response = browser(vic).get(NEW)

    assert reverse("project-new", args=[harbour.pk]) not in Page(response).links()
