"""Two people write the same thing: the second sees both versions, and loses nothing."""

import pytest
from django.urls import reverse

from audits.models import Audit, Project
from tests.audits.views.markup import Page


@pytest.fixture
def edit(project) -> str:
    return reverse("project-edit", args=[project.pk])


@pytest.fixture
def rename(audit) -> str:
    return reverse("audit-rename", args=[audit.pk])


def of_ed(**changes) -> dict:
    return {
        "name": "Of ed",
        "description": "",
        "launch_date": "2030-02-01",
        "version": 1,
    } | changes


def test_second_to_save_a_project_sees_both_versions(browser, ed, noor, project, edit):
    browser(ed).post(edit, of_ed())

    response = browser(noor).post(edit, of_ed(name="Of noor", description="Reads."))

    page = Page(response)
    assert response.status_code == 409
    assert "Ed Fox changed the project while you wrote" in page.text
    assert "Name differs Of ed Of noor" in page.text
    assert "Description differs empty Reads." in page.text
    assert "Launch date the same 1 Feb 2030 1 Feb 2030" in page.text
    assert Project.objects.get().name == "Of ed"


def test_form_keeps_what_was_written_and_saves_it_knowingly(browser, ed, noor, project, edit):
    browser(ed).post(edit, of_ed())
    page = Page(browser(noor).post(edit, of_ed(name="Of noor")))
    assert (page.value("name"), page.value("version")) == ("Of noor", "2")

    response = browser(noor).post(edit, of_ed(name="Of noor", version=2))

    assert response["Location"] == project.get_absolute_url()
    assert Project.objects.get().name == "Of noor"


def test_page_of_two_versions_is_headed_by_the_project_as_it_is(browser, ed, noor, edit):
    browser(ed).post(edit, of_ed())

    response = browser(noor).post(edit, of_ed(name="Of noor"))

    assert "Edit Of ed" in Page(response).text


@pytest.mark.parametrize("version", [{}, {"version": ""}, {"version": "x"}])
def test_project_is_not_saved_without_the_version_that_was_seen(browser, ed, edit, version):
    response = browser(ed).post(edit, {"name": "Of ed"} | version)

    assert response.status_code == 422
    assert "Load it again, then save" in Page(response).text
    assert Project.objects.get().name == "Support assistant"


def test_second_to_rename_an_audit_sees_both_titles(browser, ed, noor, audit, rename):
    browser(ed).post(rename, {"title": "Of ed", "seen": "First launch"})

    response = browser(noor).post(rename, {"title": "Of noor", "seen": "First launch"})

    page = Page(response)
    assert response.status_code == 409
    assert "Ed Fox changed the title while you wrote" in page.text
    assert "Title differs Of ed Of noor" in page.text
    assert (page.value("title"), page.value("seen")) == ("Of noor", "Of ed")
    assert Audit.objects.get().title == "Of ed"


def test_title_that_was_seen_is_replaced_knowingly(browser, ed, noor, audit, rename):
    browser(ed).post(rename, {"title": "Of ed", "seen": "First launch"})

    response = browser(noor).post(rename, {"title": "Of noor", "seen": "Of ed"})

    assert response["Location"] == audit.get_absolute_url()
    assert Audit.objects.get().title == "Of noor"


def test_two_who_choose_the_same_title_agree(browser, ed, noor, audit, rename):
    browser(ed).post(rename, {"title": "Second", "seen": "First launch"})

    response = browser(noor).post(rename, {"title": "Second", "seen": "First launch"})

    assert response["Location"] == audit.get_absolute_url()
