"""The tabs of a team beside its members: settings and activity; and who leaves."""

import pytest
from django.urls import reverse

from audits.models import Team, User
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page

VALUES = {"name": "Harbour", "link_days": "90", "file_days": "", "note_days": ""}


@pytest.fixture
def settings_url(harbour) -> str:
    return reverse("team-settings", args=[harbour.pk])


@pytest.fixture
def activity(harbour) -> str:
    return reverse("team-activity", args=[harbour.pk])


def remove(team, user) -> str:
    return reverse("member-remove", args=[team.pk, team.memberships.get(user=user).pk])


def test_settings_are_saved(browser, alice, harbour, settings_url):
    response = browser(alice).post(settings_url, VALUES | {"version": "1"}, follow=True)

    assert "The settings are saved." in Page(response).text
    assert Team.objects.get().link_days == 90


def test_second_of_two_sees_both_versions_and_loses_nothing(browser, alice, harbour, settings_url):
    client = browser(alice)
    client.post(settings_url, VALUES | {"version": "1", "name": "Harbour West"})

    response = client.post(settings_url, VALUES | {"version": "1", "link_days": "30"})

    page = Page(response)
    assert response.status_code == 409
    assert "Alice Berg changed the settings while you wrote" in page.text
    assert "Name differs Harbour West Harbour Links differs stale after 90 days" in page.text
    assert "stale after 90 days stale after 30 days" in page.text
    assert (page.value("link_days"), page.value("version")) == ("30", "2")
    assert Team.objects.get().link_days == 90


def test_second_of_two_replaces_it_knowingly(browser, alice, harbour, settings_url):
    client = browser(alice)
    client.post(settings_url, VALUES | {"version": "1", "name": "Harbour West"})

    client.post(settings_url, VALUES | {"version": "2", "link_days": "30"})

    assert (Team.objects.get().name, Team.objects.get().link_days) == ("Harbour", 30)


@pytest.mark.parametrize(
    "change",
    [{"name": " "}, {"name": "x" * 101}, {"link_days": "0"}, {"note_days": "x"}, {"version": ""}],
)
def test_settings_that_make_no_sense_are_refused(browser, alice, settings_url, change):
    response = browser(alice).post(settings_url, VALUES | {"version": "1"} | change)

    assert response.status_code == 422
    assert "There is a problem" in Page(response).text


def test_activity_links_to_where_it_happened(browser, vic, audit, answer, ed, activity):
    answer.record("done", by=ed)

    page = Page(browser(vic).get(activity))

    assert {answer.get_absolute_url(), audit.get_absolute_url()} <= set(page.links())
    assert "Ed Fox set “Item 1” from open to done" in page.text


def test_activity_of_one_person_stays_so_on_the_next_page(browser, alice, ed, harbour, activity):
    for _ in range(60):
        harbour.log("project.made", by=ed, name="x")

    page = Page(browser(alice).get(activity, {"person": ed.pk}))

    (following,) = [link for link in page.links() if "before=" in link]
    assert f"person={ed.pk}" in following
    assert browser(alice).get(activity + following).status_code == 200


@pytest.mark.parametrize("query", ["?person=x", "?person=999999", "?before=x", "?before=1-1-1"])
def test_made_up_questions_are_answered(browser, alice, activity, query):
    assert browser(alice).get(activity + query).status_code == 200


def test_activity_costs_as_many_queries_for_40_events_as_for_1(
    browser, alice, audit, ed, harbour, activity
):
    client = browser(alice)
    few = queries_of(client, activity)
    for answer in audit.answers.all():
        answer.record("done", by=ed)
    for number in range(30):
        harbour.admit(User.objects.create_user(f"m{number}@harbour.example"), "viewer")

    assert queries_of(client, activity) == few


def test_project_that_is_made_is_told(browser, ed, harbour, activity):
    browser(ed).post(reverse("project-new", args=[harbour.pk]), {"name": "Search"})

    assert "Ed Fox made the project “Search”" in Page(browser(ed).get(activity)).text


def test_members_are_found_by_name_and_by_address(browser, alice, ed, vic, harbour):
    client = browser(alice)

    by_name = Page(client.get(harbour.get_absolute_url(), {"q": "fox ed"})).text
    by_address = Page(client.get(harbour.get_absolute_url(), {"q": "VIC@"})).text

    assert ("Ed Fox" in by_name, "Vic Lund" in by_name) == (True, False)
    assert ("Ed Fox" in by_address, "Vic Lund" in by_address) == (False, True)


def test_who_is_not_found_is_said(browser, alice, harbour):
    page = Page(browser(alice).get(harbour.get_absolute_url(), {"q": "zoë"}))

    assert "No member has “zoë” in the name or the address." in page.text


def test_a_search_asks_the_database_for_nothing_that_it_cannot_hold(browser, alice, ed, harbour):
    page = Page(browser(alice).get(harbour.get_absolute_url(), {"q": "ed\x00fox"}))

    assert "Ed Fox" in page.text


def test_members_stand_on_pages_of_50(browser, alice, harbour):
    for number in range(60):
        harbour.admit(User.objects.create_user(f"m{number}@harbour.example"), "viewer")

    page = Page(browser(alice).get(harbour.get_absolute_url(), {"page": 2}))

    assert "51 to 61 of 61" in page.text


def test_viewer_may_leave(browser, vic, harbour):
    response = browser(vic).post(remove(harbour, vic))

    assert response["Location"] == "/"
    assert not harbour.members.filter(pk=vic.pk).exists()


def test_removal_shows_what_is_left_open_and_hands_it_over(browser, alice, ed, answer, harbour):
    answer.plan(by=ed, owner=ed, due=None)
    client, url = browser(alice), remove(harbour, ed)
    page = Page(client.get(url))

    response = client.post(url, {"heir": alice.pk}, follow=True)

    assert answer.get_absolute_url() in page.links()
    assert "Alice Berg has 1 open answer now." in Page(response).text
    answer.refresh_from_db()
    assert answer.owner == alice


def test_viewer_who_leaves_hands_nothing_over(browser, alice, vic, answer, harbour):
    answer.plan(by=alice, owner=vic, due=None)

    browser(vic).post(remove(harbour, vic), {"heir": alice.pk})

    answer.refresh_from_db()
    assert answer.owner == vic


def test_owner_who_left_is_said_to_have_left_in_the_answer(browser, alice, ed, answer, harbour):
    answer.plan(by=ed, owner=ed, due=None)
    harbour.memberships.get(user=ed).end(by=ed)

    page = Page(browser(alice).get(answer.get_absolute_url()))

    assert "Ed Fox, no longer in the team" in page.text
