import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from audits.models import Membership, Team, User
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page

NEW = reverse("team-new")


def change(member: Membership) -> str:
    return reverse("member-change", args=[member.team_id, member.pk])


def remove(member: Membership) -> str:
    return reverse("member-remove", args=[member.team_id, member.pk])


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def membership(team: Team, user: User) -> Membership:
    return Membership.objects.get(team=team, user=user)


def test_founder_is_the_first_owner(browser, mallory):
    response = browser(mallory).post(NEW, {"name": "Lagoon"})

    team = Team.objects.get(name="Lagoon")
    assert response["Location"] == reverse("project-new", args=[team.pk])
    assert membership(team, mallory).role == "owner"


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x00b"])
def test_team_without_a_proper_name_is_not_founded(browser, mallory, name):
    response = browser(mallory).post(NEW, {"name": name})

    assert response.status_code == 422
    assert Team.objects.count() == 1


def test_role_is_changed(browser, alice, harbour, ed):
    response = browser(alice).post(change(membership(harbour, ed)), {"role": "viewer"})

    assert membership(harbour, ed).role == "viewer"
    assert said(response) == ["Ed Fox is viewer now."]


@pytest.mark.parametrize("role", ["", "king"])
def test_role_that_is_none_changes_nothing(browser, alice, harbour, ed, role):
    response = browser(alice).post(change(membership(harbour, ed)), {"role": role})

    assert membership(harbour, ed).role == "editor"
    assert said(response) == ["That is not a role. Choose one of the list."]


@pytest.mark.parametrize(("verb", "body"), [(change, {"role": "viewer"}), (remove, {})])
def test_last_owner_stays(browser, alice, harbour, verb, body):
    response = browser(alice).post(verb(membership(harbour, alice)), body)

    assert response.status_code == 422
    assert "A team needs at least one owner." in Page(response).text
    assert membership(harbour, alice).role == "owner"


def test_removal_of_a_member_asks_first(browser, alice, harbour, ed):
    response = browser(alice).get(remove(membership(harbour, ed)))

    assert "Ed Fox" in Page(response).text
    assert harbour.memberships.filter(user=ed).exists()


def test_member_is_removed(browser, alice, harbour, ed):
    response = browser(alice).post(remove(membership(harbour, ed)))

    assert response["Location"] == harbour.get_absolute_url()
    assert not harbour.memberships.filter(user=ed).exists()


def test_owner_who_leaves_goes_home(browser, alice, harbour, ed):
    membership(harbour, ed).change_role("owner", by=alice)

    response = browser(alice).post(remove(membership(harbour, alice)))

    assert response["Location"] == "/"


@pytest.mark.parametrize("who", ["ed", "noor"])
@pytest.mark.parametrize(("verb", "body"), [(change, {"role": "owner"}), (remove, {})])
def test_only_an_owner_manages(browser, request, harbour, vic, who, verb, body):
    user = request.getfixturevalue(who)

    response = browser(user).post(verb(membership(harbour, vic)), body)

    assert response.status_code == 403
    assert "ask an owner" in Page(response).text


def test_member_is_not_reached_through_another_team(browser, mallory, harbour, ed):
    reef = Team.objects.get(name="Reef")
    url = reverse("member-remove", args=[reef.pk, membership(harbour, ed).pk])

    response = browser(mallory).post(url)

    assert response.status_code == 404
    assert harbour.memberships.filter(user=ed).exists()


@pytest.mark.parametrize("who", ["ed", "vic"])
def test_only_an_owner_is_shown_how_to_manage(browser, request, harbour, who):
    response = browser(request.getfixturevalue(who)).get(harbour.get_absolute_url())

    actions = [form.get("action", "") for form in Page(response).all("form")]
    assert not [action for action in actions if "/members/" in action]


def test_team_costs_as_many_queries_for_30_members_as_for_1(browser, alice, harbour):
    client = browser(alice)
    few = queries_of(client, harbour.get_absolute_url())
    for number in range(29):
        harbour.admit(User.objects.create_user(f"m{number}@harbour.example"), "viewer")

    assert queries_of(client, harbour.get_absolute_url()) == few
