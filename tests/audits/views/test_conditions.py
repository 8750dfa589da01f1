import pytest
from django.urls import reverse

from audits.models import Audit, Condition
from tests.audits.helpers import build_edition
from tests.audits.views.markup import Page


@pytest.fixture
def audit(project, alice):
    edition = build_edition("own", entry_conditions=["It runs"], exit_criteria=["All is seen"])
    return Audit.objects.start(project, "Launch", [edition], by=alice)


@pytest.fixture
def criterion(audit):
    return audit.conditions.get(kind="exit")


def send(client, criterion, **body):
    keys = [criterion.audit_id, criterion.pk]
    return client.post(reverse("condition-settle", args=keys), {"version": 1} | body)


def test_page_lists_both_kinds(browser, vic, audit):
    text = Page(browser(vic).get(reverse("condition-list", args=[audit.pk]))).text

    assert "It runs" in text
    assert "All is seen" in text


def test_saying_that_it_is_met_leads_back_to_it(browser, ed, criterion):
    response = send(browser(ed), criterion, state="met", note="In the minutes.")

    assert response["Location"].endswith(f"#condition-{criterion.pk}")
    assert Condition.objects.get(pk=criterion.pk).note == "In the minutes."


def test_waiving_without_a_reason_says_what_is_missing(browser, noor, criterion):
    response = send(browser(noor), criterion, state="waived")

    assert response.status_code == 422
    assert "Say why it can be waived." in Page(response).text


def test_an_editor_is_not_allowed_to_waive(browser, ed, criterion):
    response = send(browser(ed), criterion, state="waived", note="No time.")

    assert response.status_code == 403
    assert Condition.objects.get(pk=criterion.pk).state == "open"


def test_the_second_of_two_people_sees_both_versions(browser, ed, noor, criterion):
    criterion.settle("met", "In my notes.", by=noor)

    response = send(browser(ed), criterion, state="met", note="In the minutes.")

    text = Page(response).text
    assert response.status_code == 409
    assert "Noor Haddad changed this condition while you wrote" in text
    assert "In my notes." in text
    assert "In the minutes." in text


def test_condition_of_another_audit_is_not_found(browser, ed, project, criterion):
    other = Audit.objects.start(project, "Other", [build_edition()], by=ed)
    keys = [other.pk, criterion.pk]

    response = browser(ed).post(reverse("condition-settle", args=keys), {"state": "met"})

    assert response.status_code == 404


def test_page_that_proposes_names_the_criteria_that_stand_against_a_go(browser, noor, audit):
    page = Page(browser(noor).get(reverse("sign-off-new", args=[audit.pk])))

    assert "Exit criteria that are not met" in page.text
    assert page.all(
        "a",
        href=f"{reverse('condition-list', args=[audit.pk])}#condition-"
        f"{audit.conditions.get(kind='exit').pk}",
    )
