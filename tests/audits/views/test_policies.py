"""The pages of a team's sign-off policy."""

import pytest

from audits.models import Membership, Policy
from audits.models.policies import in_force
from audits.models.quorum import Role, Rules
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page
from tests.audits.views.policies import said

SECURITY = Rules((Role("Security"), Role("Engineering", 2)), valid_days=90)


@pytest.fixture
def team_page(harbour) -> str:
    return f"/teams/{harbour.pk}/policy/"


@pytest.fixture
def security(harbour, alice) -> Policy:
    return Policy.objects.change_team(harbour, SECURITY, by=alice)


def test_policy_of_the_form_is_the_one_in_force(browser, alice, noor, team_page, audit):
    sent = said(("Security", 1, noor), ("Product", 2), four_eyes="on", valid_days=30)

    response = browser(alice).post(f"{team_page}edit/", sent, follow=True)

    assert response.redirect_chain == [(team_page, 302)]
    assert in_force(audit) == Rules(
        (Role("Security", 1, frozenset({noor.pk})), Role("Product", 2)), True, 30
    )
    assert "1 × Security Noor Haddad" in Page(response).text


def test_form_shows_what_is_saved_and_rows_to_spare(browser, alice, security, team_page):
    page = Page(browser(alice).get(f"{team_page}edit/"))

    names = [field.get("value") for field in page.all("input", list="suggested-roles")]
    assert names == ["Security", "Engineering", None, None]
    assert page.value("count_1") == "2"
    assert page.value("valid_days") == "90"


def test_form_sent_again_as_it_was_shown_changes_nothing(browser, alice, harbour, team_page, noor):
    sent = said(("Security", 1, noor), ("Product", 2), release_bound="on")
    browser(alice).post(f"{team_page}edit/", sent)
    before = Policy.objects.of_team(harbour)

    browser(alice).post(f"{team_page}edit/", sent | {"version": before.version})

    assert Policy.objects.of_team(harbour).version == before.version


def test_row_whose_name_was_cleared_drops_the_role(browser, alice, harbour, security, team_page):
    sent = said(("", 1), ("Engineering", 2), version=1)

    browser(alice).post(f"{team_page}edit/", sent)

    assert Policy.objects.of_team(harbour).written.roles == (Role("Engineering", 2),)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (said(), "Name at least one role that must sign."),
        (said(("Security", 1), ("security", 1)), "is there twice"),
        (said(("Security", 10)), "less than or equal to 9"),
        (said(("Security", "x")), "Enter a whole number."),
        (said(("Security", 1)) | {"who_0": "named"}, "Name at least one person"),
        (said(("Security", 1)) | {"who_0": "some"}, "Select a valid choice"),
        (said(("Security", 1)) | {"people_0": ["999"]}, "Select a valid choice"),
        (said(("S" * 61, 1)), "at most 60 characters"),
        (said(("Security", 1), valid_days=0), "greater than or equal to 1"),
        (said(("Security", 1), version="x"), "The page sent no proper version."),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(browser, alice, team_page, sent, sentence):
    response = browser(alice).post(f"{team_page}edit/", sent)

    assert response.status_code == 422
    assert sentence in Page(response).text
    assert not Policy.objects.exists()


def test_who_saves_over_another_sees_both_versions(browser, alice, security, team_page, harbour):
    response = browser(alice).post(f"{team_page}edit/", said(("Product", 3)))

    page = Page(response)
    assert response.status_code == 409
    assert "Alice Berg changed the policy while you wrote" in page.text
    assert "1 × Security; 2 × Engineering" in page.text
    assert "3 × Product" in page.text
    assert page.value("version") == "1"
    assert Policy.objects.of_team(harbour).written == SECURITY


def test_who_saves_again_after_both_versions_replaces_the_other(
    browser, alice, security, team_page, harbour
):
    browser(alice).post(f"{team_page}edit/", said(("Product", 3), version=1))

    assert Policy.objects.of_team(harbour).written.roles == (Role("Product", 3),)


def test_page_says_why_nobody_can_ever_sign(browser, vic, harbour, alice, team_page):
    Policy.objects.change_team(harbour, Rules((Role("Security", 3),)), by=alice)

    text = Page(browser(vic).get(team_page)).text

    assert "Nobody can ever sign under this policy." in text
    assert "Security asks for 3 signatures, and only Alice Berg may sign in this role." in text


def test_reason_that_holds_for_every_audit_is_said_once(browser, vic, audit, alice, team_page):
    Policy.objects.change_team(audit.project.team, Rules((Role("Security", 3),)), by=alice)

    text = Page(browser(vic).get(team_page)).text

    assert text.count("Security asks for 3 signatures") == 1
    assert "audits that nobody can sign" not in text.lower()


def test_page_names_the_audits_that_nobody_can_sign(browser, vic, audit, alice, team_page):
    Policy.objects.tighten(audit, Rules((Role("Legal", 4),)), by=alice)

    page = Page(browser(vic).get(team_page))

    assert "Audits that nobody can sign" in page.text
    assert f"/audits/{audit.pk}/policy/" in page.links()


@pytest.mark.parametrize("way", ["demote", "remove"])
def test_change_of_people_that_leaves_a_role_without_anybody_is_told_at_once(
    browser, harbour, alice, noor, team_page, way
):
    Policy.objects.change_team(
        harbour, Rules((Role("Security", 1, frozenset({noor.pk})),)), by=alice
    )
    member = harbour.memberships.get(user=noor)
    address = f"/teams/{harbour.pk}/members/{member.pk}/"
    paths = {"demote": (address, {"role": "viewer"}), "remove": (f"{address}remove/", {})}

    response = browser(alice).post(*paths[way], follow=True)

    assert "Security asks for 1 signature, and nobody may sign in this role." in (
        Page(response).text
    )
    assert "Noor Haddad may approve no longer" in Page(browser(alice).get(team_page)).text


def test_change_of_people_that_keeps_a_signer_is_told_without_a_warning(
    browser, harbour, alice, noor
):
    member = harbour.memberships.get(user=noor)

    response = browser(alice).post(
        f"/teams/{harbour.pk}/members/{member.pk}/", {"role": Membership.Role.VIEWER}, follow=True
    )

    assert "nobody may sign" not in Page(response).text


def test_policy_page_costs_the_same_with_many_audits(browser, vic, launch, team_page):
    launch("Agent", 3)
    before = queries_of(browser(vic), team_page)

    launch("Search", 3, audits=3)

    assert queries_of(browser(vic), team_page) == before
