"""Releases on the page of a project, and all of them on a page of their own."""

import pytest

from audits.models import Audit, Policy, Release
from audits.models.quorum import Role, Rules
from tests.audits.helpers import propose, sign
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page


@pytest.fixture
def register(project) -> str:
    return f"/projects/{project.pk}/releases/new/"


@pytest.fixture
def signed_for_v1(harbour, alice, settled_audit, noor):
    rules = Rules((Role("Approver"),), release_bound=True)
    Policy.objects.change_team(harbour, rules, by=alice)
    return sign(propose(settled_audit, by=noor, release="v1"), by=noor)


def test_editor_registers_a_release(browser, ed, project, register):
    response = browser(ed).post(register, {"name": " v1.4.0 "}, follow=True)

    text = Page(response).text
    assert "The release v1.4.0 is registered." in text
    assert "v1.4.0 latest Ed Fox" in text


def test_release_that_is_the_latest_already_is_not_registered_again(
    browser, ed, project, register
):
    for _ in range(2):
        response = browser(ed).post(register, {"name": "v1"}, follow=True)

    assert "v1 is the latest release already." in Page(response).text
    assert project.releases.count() == 1


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\u202eb"])
def test_name_that_makes_no_sense_is_refused_beside_the_field(browser, ed, register, name):
    response = browser(ed).post(register, {"name": name})

    page = Page(response)
    assert response.status_code == 422
    assert page.all("input", id="release-name")[0]["aria-invalid"] == "true"
    assert page.all("details", open=None)
    assert len(page.ids()) == len(set(page.ids()))
    assert not Release.objects.exists()


def test_project_names_before_what_another_release_would_end(browser, ed, project, signed_for_v1):
    text = Page(browser(ed).get(project.get_absolute_url())).text

    assert "A release of another name ends the sign-off of First launch , which is for v1" in text


def test_message_names_what_a_release_ended(browser, ed, register, signed_for_v1, settled_audit):
    response = browser(ed).post(register, {"name": "v2"}, follow=True)

    page = Page(response)
    assert "It ended what was signed or proposed for another: “First launch”." in page.text
    assert Audit.objects.get(pk=settled_audit.pk).state == "void"


def test_viewer_reads_releases_and_registers_none(browser, vic, project, alice, register):
    Release.objects.register(project, "v1", by=alice)

    page = Page(browser(vic).get(project.get_absolute_url()))

    assert "v1 latest" in page.text
    assert not [form for form in page.all("form") if form.get("action") == register]


def test_all_releases_have_a_page(browser, vic, project, alice):
    for number in range(7):
        Release.objects.register(project, f"v{number}", by=alice)
    address = f"/projects/{project.pk}/releases/"

    assert address in Page(browser(vic).get(project.get_absolute_url())).links()
    text = Page(browser(vic).get(address)).text
    assert text.index("v6") < text.index("v0")


def test_project_page_costs_the_same_with_many_releases(browser, vic, project, alice):
    Release.objects.register(project, "v0", by=alice)
    before = queries_of(browser(vic), project.get_absolute_url())

    for number in range(1, 8):
        Release.objects.register(project, f"v{number}", by=alice)

    assert queries_of(browser(vic), project.get_absolute_url()) == before
