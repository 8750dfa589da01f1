"""Taking back a proposal, or one's own signature."""

import pytest
from django.urls import reverse

from audits.models import Audit, Round
from tests.audits.helpers import propose, sign
from tests.audits.views.decided import ask_for, round_url
from tests.audits.views.markup import Page


@pytest.fixture
def proposed(settled_audit, ed, alice):
    """Proposed by Ed; Alice signed in one of two roles."""
    ask_for(settled_audit.project.team, "Engineering", "Security", by=alice)
    row = propose(settled_audit, by=ed)
    sign(row, by=alice, role="Engineering")
    return row


def take_back(client, sign_off):
    return client.post(reverse("sign-off-withdraw", args=[sign_off.round_id, sign_off.pk]))


@pytest.mark.parametrize("who", ["ed", "noor"])
def test_proposal_is_withdrawn_by_who_made_it_or_by_an_approver(browser, request, proposed, who):
    client = browser(request.getfixturevalue(who))

    response = client.post(round_url(proposed, "withdraw"), {"reason": "The model changed."})

    assert response["Location"] == reverse("sign-off-list", args=[proposed.audit_id])
    assert (Round.objects.get().state, Audit.objects.get().state) == ("withdrawn", "open")


def test_page_says_how_many_signatures_it_takes_with_it(browser, ed, proposed):
    page = Page(browser(ed).get(round_url(proposed, "withdraw")))

    assert "1 signature no longer counts." in page.text


def test_withdrawal_needs_a_reason(browser, ed, proposed):
    response = browser(ed).post(round_url(proposed, "withdraw"), {"reason": " "})

    assert response.status_code == 422
    assert "Say why the proposal is withdrawn." in Page(response).text


@pytest.mark.parametrize("method", ["get", "post"])
def test_editor_does_not_withdraw_what_somebody_else_proposed(
    browser, harbour, mallory, proposed, method
):
    harbour.admit(mallory, "editor")

    response = getattr(browser(mallory), method)(
        round_url(proposed, "withdraw"), {"reason": "No."}
    )

    assert response.status_code == 403
    assert "Only Ed Fox, who proposed it, or an approver can withdraw it." in Page(response).text


def test_own_signature_is_taken_back(browser, alice, proposed):
    given = proposed.sign_offs.get()

    response = take_back(browser(alice), given)

    given.refresh_from_db()
    assert response["Location"] == proposed.get_absolute_url()
    assert given.withdrawn_at


def test_page_offers_it_for_ones_own_signature_alone(browser, alice, noor, proposed):
    url = reverse("sign-off-withdraw", args=[proposed.pk, proposed.sign_offs.get().pk])

    own, other = (
        Page(browser(user).get(proposed.get_absolute_url())).all("form", action=url)
        for user in (alice, noor)
    )

    assert (len(own), len(other)) == (1, 0)


def test_signature_of_somebody_else_stays(browser, noor, proposed):
    response = take_back(browser(noor), proposed.sign_offs.get())

    assert response.status_code == 403
    assert "Only Alice Berg can withdraw this signature." in Page(response).text


def test_signature_of_another_round_is_not_found(browser, alice, proposed):
    strange = reverse("sign-off-withdraw", args=[proposed.pk, 0])

    assert browser(alice).post(strange).status_code == 404


def test_withdrawn_signature_is_still_told(browser, vic, alice, proposed):
    proposed.sign_offs.get().withdraw(by=alice)

    page = Page(browser(vic).get(proposed.get_absolute_url()))

    assert "1 withdrawn" in page.text
    assert "0 of 2 signatures" in page.text
