"""Rounds that are over: nobody signs them, and their page says how they ended."""

import pytest
from django.urls import reverse

from audits.models import Comment, SignOff
from tests.audits.helpers import propose, sign
from tests.audits.views.counting import queries_of
from tests.audits.views.decided import ask_for, refusal, round_url, signature, with_password
from tests.audits.views.markup import Page


@pytest.fixture
def proposed(settled_audit, ed, alice):
    """Proposed by Ed; Alice signed in one of two roles."""
    ask_for(settled_audit.project.team, "Engineering", "Security", by=alice)
    row = propose(settled_audit, by=ed)
    sign(row, by=alice, role="Engineering")
    return row


@pytest.fixture
def outdated(proposed, answer, ed):
    answer.record("open", by=ed)
    return proposed


def difference(row) -> str:
    page = reverse("audit-differences", args=[row.audit_id])
    return f"{page}?from={row.snapshot_id}&to=now"


def attempts(row):
    return {
        "sign": signature(row, role="Security"),
        "refuse": refusal(row, role="Security"),
        "withdraw": {"reason": "Not yet."},
    }


@pytest.mark.parametrize("name", ["sign", "refuse", "withdraw"])
def test_outdated_proposal_takes_nothing_and_shows_what_changed(noor, outdated, name):
    client = with_password(noor)

    response = client.post(round_url(outdated, name), attempts(outdated)[name])

    page = Page(response)
    assert response.status_code == 409
    assert "Nothing was done: the proposal is outdated." in page.text
    assert "This proposal is outdated." in page.text
    assert "Ed Fox set “Item 1” from done to open" in page.text
    assert "1 signature no longer counts." in page.text
    assert difference(outdated) in page.links()
    assert SignOff.objects.count() == 1


def test_withdrawing_a_signature_of_it_is_too_late(browser, alice, outdated):
    given = outdated.sign_offs.get()

    response = browser(alice).post(reverse("sign-off-withdraw", args=[outdated.pk, given.pk]))

    assert response.status_code == 409
    assert "Nothing was done: the proposal is outdated." in Page(response).text


@pytest.mark.parametrize("name", ["refuse", "withdraw"])
def test_form_of_it_is_not_shown(browser, noor, outdated, name):
    response = browser(noor).get(round_url(outdated, name))

    assert response.status_code == 409


def test_its_page_is_read_for_ever(browser, vic, outdated):
    page = Page(browser(vic).get(outdated.get_absolute_url()))

    assert "This proposal is outdated. 1 signature no longer counts." in page.text
    assert "Ed Fox set “Item 1” from done to open" in page.text
    assert "Since it was proposed:" in page.text
    assert difference(outdated) in page.links()


def test_change_that_has_no_event_is_told_too(noor, proposed, project):
    project.environments.create(kind="production", name="eu-west")
    client = with_password(noor)

    response = client.post(round_url(proposed, "sign"), signature(proposed, role="Security"))

    assert response.status_code == 409
    assert "Countersign opened the audit again, since" in Page(response).text


def test_withdrawn_proposal_says_by_whom_and_why(browser, vic, ed, proposed):
    proposed.withdraw("The model changed.", by=ed)

    page = Page(browser(vic).get(proposed.get_absolute_url()))

    assert "This proposal was withdrawn." in page.text
    assert "Ed Fox withdrew the proposal: The model changed." in page.text


def test_page_leads_to_the_proposal_that_waits_now(browser, noor, ed, outdated, answer):
    answer.record("done", by=ed)
    again = propose(outdated.audit, by=ed)

    page = Page(browser(noor).get(outdated.get_absolute_url()))

    assert again.get_absolute_url() in page.links()


def test_two_proposals_of_a_revision_tell_each_its_own_end(browser, vic, ed, noor, outdated):
    again = propose(outdated.audit, by=ed)
    again.withdraw("Too early.", by=noor)

    first, second = (
        Page(browser(vic).get(row.get_absolute_url())).text for row in (outdated, again)
    )

    assert "Too early." not in first
    assert "Noor Haddad withdrew the proposal: Too early." in second


def test_signature_in_time_is_refused_once_somebody_sealed_it(noor, alice, proposed):
    client = with_password(noor)
    sign(proposed, by=alice, role="Security")

    response = client.post(round_url(proposed, "sign"), signature(proposed, role="Security"))

    assert response.status_code == 409
    assert "Revision 1 of this audit is sealed" in Page(response).text


def test_page_costs_as_many_queries_for_many_changes_as_for_one(browser, vic, ed, outdated):
    client = browser(vic)
    few = queries_of(client, outdated.get_absolute_url())
    for answer in outdated.audit.answers.all():
        Comment.objects.add(answer, "Look here.", by=ed)

    assert queries_of(client, outdated.get_absolute_url()) == few
