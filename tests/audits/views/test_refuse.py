import pytest
from django.urls import reverse

from audits.models import Audit, Policy, SignOff
from audits.models.quorum import Role, Rules
from tests.audits.helpers import propose, sign
from tests.audits.views.decided import ask_for, refusal, round_url, with_password
from tests.audits.views.markup import Page


@pytest.fixture
def proposed(audit, ed):
    """Proposed by Ed as a go, with two blockers open."""
    return propose(audit, by=ed)


def send(client, row, **changes):
    return client.post(round_url(row, "refuse"), refusal(row, **changes))


def test_refusal_seals_a_no_go_over_open_blockers(noor, proposed):
    response = send(with_password(noor), proposed)

    given = SignOff.objects.get()
    assert response["Location"] == reverse("sign-off-list", args=[proposed.audit_id])
    assert (given.decision, given.statement) == ("no_go", "The fallback is not tested.")
    assert Audit.objects.get().state == "refused"


def test_page_names_what_is_refused(browser, noor, proposed):
    page = Page(browser(noor).get(round_url(proposed, "refuse")))

    assert proposed.snapshot.digest in page.text
    assert page.value("seen") == proposed.snapshot.digest


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": " "}, "Say why it is refused; the report shows it."),
        ({"reason": "x" * 4001}, "at most 4000 characters"),
        ({"confirmation": "sign revision 1"}, "Write exactly “refuse revision 1”"),
        ({"password": "wrong"}, "That is not your password."),
        ({"role": "Owner"}, "Choose a role in which you may sign."),
    ],
)
def test_refusal_that_is_not_set_says_why(noor, proposed, change, sentence):
    response = send(with_password(noor), proposed, **change)

    assert response.status_code == 422
    assert sentence in Page(response).text
    assert not SignOff.objects.exists()


def test_reason_stays_when_the_password_was_wrong(noor, proposed):
    response = send(with_password(noor), proposed, password="wrong")

    assert b"The fallback is not tested.</textarea>" in response.content


def test_nobody_refuses_a_digest_that_they_were_not_shown(noor, proposed):
    response = send(with_password(noor), proposed, seen="0" * 64)

    assert response.status_code == 409
    assert not SignOff.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_the_policy_does_not_name_cannot_refuse(browser, noor, alice, ed, audit, method):
    rules = Rules((Role("Security", people=frozenset({alice.pk})),))
    Policy.objects.change_team(audit.project.team, rules, by=alice)
    row = propose(audit, by=ed)

    response = getattr(browser(noor), method)(round_url(row, "refuse"))

    assert response.status_code == 403
    assert "does not name you among those who sign" in Page(response).text


def test_who_signed_withdraws_that_before_they_refuse(browser, noor, alice, ed, settled_audit):
    ask_for(settled_audit.project.team, "Security", "Product", by=alice)
    row = propose(settled_audit, by=ed)
    sign(row, by=noor, role="Product")
    client = browser(noor)

    response = client.get(round_url(row, "refuse"))

    assert response.status_code == 409
    assert "Withdraw your signature, then refuse it." in Page(response).text
    assert round_url(row, "refuse") not in Page(client.get(row.get_absolute_url())).links()
