"""What a team writes of its own is nobody else's to read: not in a list, a search or a form."""

import pytest
from django.test import Client

from audits.models import Membership, Team, User
from checklist import loader
from checklist.models import Item
from tests.checklist.conftest import definition_yaml

pytestmark = pytest.mark.django_db
SECRET = "Zanzibar is switched off"


@pytest.fixture
def team() -> Team:
    return Team.objects.found("Harbour", by=User.objects.create_user("ada@harbour.example"))


@pytest.fixture
def own(team):
    items = {"keys": [("secret", SECRET, "blocker", "Zanzibar.")]}
    definition = definition_yaml(slug="own", title="Zanzibar rules", sections=items)
    return loader.load(definition, team.pk)[0]


@pytest.fixture
def public(db):
    return loader.load(definition_yaml(title="Everybody’s rules"))[0]


@pytest.fixture
def stranger(db) -> Client:
    user = User.objects.create_user("mallory@reef.example")
    Team.objects.found("Reef", by=user)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def member(team) -> Client:
    viewer = User.objects.create_user("vic@harbour.example")
    team.memberships.create(user=viewer, role=Membership.Role.VIEWER)
    client = Client()
    client.force_login(viewer)
    return client


def addresses(edition) -> list[str]:
    item = Item.objects.select_related("edition__checklist").get(edition=edition)
    here = edition.get_absolute_url()
    return [
        edition.checklist.get_absolute_url(),
        here,
        item.get_absolute_url(),
        *(f"{here}export.{name}" for name in ("yaml", "json", "csv")),
    ]


LISTS = ["/checklists/", "/checklists/search/?q=zanzibar", "/audits/new/"]


def test_member_finds_the_checklists_of_their_team(member, own):
    for address in addresses(own):
        response = member.get(address)
        assert response.status_code == 200
    for address in LISTS[:2]:
        assert "Zanzibar rules" in member.get(address).content.decode()


def test_stranger_finds_none_of_their_pages(stranger, own):
    assert {stranger.get(address).status_code for address in addresses(own)} == {404}


@pytest.mark.parametrize("address", LISTS)
def test_stranger_reads_none_of_it_in_lists(stranger, own, public, address):
    html = stranger.get(address).content.decode()
    assert "Zanzibar rules" not in html
    assert SECRET not in html


def test_stranger_does_not_reach_it_under_their_own_team_or_everybodys(stranger, own):
    reef = Team.objects.get(name="Reef")
    for start in (f"/teams/{reef.pk}/checklists", "/checklists"):
        assert stranger.get(f"{start}/own/").status_code == 404
        assert stranger.get(f"{start}/own/1.0.0/export.yaml").status_code == 404


def test_stranger_cannot_start_an_audit_of_it(stranger, own):
    reef = Team.objects.get(name="Reef")
    project = reef.projects.create(name="Reef")
    body = {"project": project.pk, "title": "First", "editions": [own.pk]}

    response = stranger.post("/audits/new/", body)

    assert response.status_code == 422
    assert not project.audits.exists()


@pytest.mark.parametrize("is_public", [True, False])
def test_without_a_session_every_page_of_a_team_leads_to_the_sign_in(own, settings, is_public):
    settings.PUBLIC_CHECKLISTS = is_public
    for address in addresses(own):
        response = Client().get(address)
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/")


@pytest.mark.parametrize("address", LISTS[:2])
def test_public_lists_hold_everybodys_checklists_alone(own, public, settings, address):
    settings.PUBLIC_CHECKLISTS = True
    html = Client().get(address).content.decode()
    assert "Zanzibar rules" not in html
    assert SECRET not in html


def test_member_who_left_finds_nothing_at_once(member, own, team):
    team.memberships.exclude(role="owner").delete()
    assert {member.get(address).status_code for address in addresses(own)} == {404}


def test_checklist_of_one_team_is_in_no_audit_of_another(team, own):
    """Also when somebody belongs to both: the other members of the second could read it."""
    ada = team.memberships.get().user
    lagoon = Team.objects.found("Lagoon", by=ada)
    project = lagoon.projects.create(name="Lagoon")
    client = Client()
    client.force_login(ada)
    body = {"project": project.pk, "title": "First", "editions": [own.pk]}

    response = client.post("/audits/new/", body)

    assert response.status_code == 422
    assert "belongs to another team" in response.content.decode()
    assert not project.audits.exists()
