"""What an audit asks on top of its team's policy."""

import pytest

from audits.models import Policy
from audits.models.policies import in_force
from audits.models.quorum import Role, Rules
from tests.audits.helpers import propose
from tests.audits.views.markup import Page
from tests.audits.views.policies import said

SECURITY = Rules((Role("Security"), Role("Engineering", 2)), valid_days=90)


@pytest.fixture
def audit_page(audit) -> str:
    return f"/audits/{audit.pk}/policy/"


@pytest.fixture
def security(harbour, alice) -> Policy:
    return Policy.objects.change_team(harbour, SECURITY, by=alice)


def test_audit_shows_what_the_team_asks_what_it_asks_and_both(
    browser, vic, noor, security, audit, audit_page
):
    Policy.objects.tighten(audit, Rules((Role("Legal"),), valid_days=30), by=noor)

    text = Page(browser(vic).get(audit_page)).text

    together, team, on_top = (
        text.split("What the team asks")[0],
        *text.split("What the team asks")[1].split("What this audit asks on top"),
    )
    assert "1 × Legal" in together
    assert "30 days" in together
    assert "1 × Legal" not in team
    assert "90 days" in team
    assert "1 × Legal" in on_top
    assert "1 × Security" not in on_top


def test_approver_asks_more_of_one_audit(browser, noor, security, audit, audit_page):
    sent = said(("Security", 2), ("Engineering", 2), ("Legal", 1), valid_days=90)

    response = browser(noor).post(f"{audit_page}edit/", sent)

    assert response["Location"] == audit_page
    assert Policy.objects.of_audit(audit).written.roles == (Role("Security", 2), Role("Legal"))


def test_audit_form_holds_what_the_team_asks(browser, noor, security, audit_page):
    page = Page(browser(noor).get(f"{audit_page}edit/"))

    (name,) = page.all("input", name="name_1")
    (count,) = page.all("input", name="count_1")
    assert "readonly" in name
    assert count["min"] == "2"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (said(("Engineering", 1)), "The team asks for 2 × Engineering"),
        (said(("Security", 1), valid_days=91), "an audit can only ask for fewer"),
    ],
)
def test_audit_cannot_ask_for_less_than_the_team(
    browser, noor, security, audit, audit_page, sent, sentence
):
    response = browser(noor).post(f"{audit_page}edit/", sent)

    assert response.status_code == 422
    assert sentence in Page(response).text
    assert in_force(audit) == SECURITY


def test_more_roles_than_may_be_asked_for_are_refused_and_none_is_dropped(
    browser, noor, alice, harbour, audit, audit_page
):
    Policy.objects.tighten(audit, Rules((Role("Legal"), Role("Finance"))), by=noor)
    roles = tuple(Role(f"Role {number}") for number in range(12))
    Policy.objects.change_team(harbour, Rules(roles), by=alice)
    client = browser(noor)
    shown = Page(client.get(f"{audit_page}edit/"))
    names = [shown.value(f"name_{number}") for number in range(14)]

    response = client.post(f"{audit_page}edit/", said(*((name, 1) for name in names), version=1))

    assert names[12:] == ["Legal", "Finance"]
    assert "12 roles are the most." in Page(response).text


def test_editor_cannot_tighten(browser, ed, audit_page):
    assert browser(ed).get(f"{audit_page}edit/").status_code == 403


def test_tightening_takes_a_proposal_back(browser, noor, settled_audit):
    propose(settled_audit, by=noor)

    browser(noor).post(f"/audits/{settled_audit.pk}/policy/edit/", said(("Approver", 2)))

    settled_audit.refresh_from_db()
    assert settled_audit.state == "open"


def test_sealed_audit_shows_what_it_was_decided_under(browser, vic, sealed_audit, security):
    text = Page(browser(vic).get(f"/audits/{sealed_audit.pk}/policy/")).text

    assert "What revision 1 was decided under 1 × Approver" in text
