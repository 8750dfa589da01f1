import pytest
from django.urls import reverse

from audits.models import Audit, Policy, Report, SignOff
from audits.models.quorum import Role, Rules
from tests.audits.helpers import propose, sign
from tests.audits.views.counting import queries_of
from tests.audits.views.decided import ask_for, round_url, signature, with_password
from tests.audits.views.markup import Page
from tests.devices import Device
from tests.proving import challenge


@pytest.fixture
def proposed(settled_audit, ed):
    """The settled audit, proposed by Ed as a go."""
    return propose(settled_audit, by=ed)


@pytest.fixture
def by_three(settled_audit, ed, alice, noor):
    """Proposed under a policy that asks for three roles, in one of which Alice signed."""
    ask_for(settled_audit.project.team, "Engineering", "Security", "Product", by=alice)
    row = propose(settled_audit, by=ed)
    sign(row, by=alice, role="Engineering", statement="Read the fault test.")
    return row


def send(client, row, **changes):
    return client.post(round_url(row, "sign"), signature(row, **changes))


def test_page_shows_exactly_what_is_signed(browser, noor, proposed):
    page = Page(browser(noor).get(proposed.get_absolute_url()))

    assert proposed.snapshot.digest in page.text
    assert page.value("seen") == proposed.snapshot.digest
    assert reverse("round-html", args=[proposed.pk]) in page.links()


def test_report_to_read_is_of_the_snapshot_that_was_proposed(browser, noor, proposed):
    response = browser(noor).get(reverse("round-html", args=[proposed.pk]))

    assert proposed.snapshot.digest in response.content.decode()


def test_page_says_who_signed_in_which_role_and_who_still_may(browser, vic, by_three):
    page = Page(browser(vic).get(by_three.get_absolute_url()))

    assert "1 of 3 signatures" in page.text
    assert "Alice Berg , Engineering" in page.text
    assert "Read the fault test." in page.text
    assert "Security The signature is missing. May sign: Alice Berg, Noor Haddad." in page.text


def test_last_signature_seals_it_and_asks_for_the_report(
    noor, proposed, rung, django_capture_on_commit_callbacks
):
    client = with_password(noor)

    with django_capture_on_commit_callbacks(execute=True):
        response = send(client, proposed)

    given, report = SignOff.objects.get(), Report.objects.get()
    assert response["Location"] == reverse("sign-off-list", args=[proposed.audit_id])
    assert (given.statement, given.method) == ("Ready for the 1st.", "password")
    assert rung == [str(report.pk)]
    assert Audit.objects.get().state == "signed"


def test_signature_that_is_not_the_last_leads_back_to_the_page(noor, by_three):
    client = with_password(noor)

    response = client.post(
        round_url(by_three, "sign"), signature(by_three, role="Security"), follow=True
    )

    assert response.redirect_chain[-1][0] == by_three.get_absolute_url()
    assert "You signed as Security. 1 signature is missing." in Page(response).text
    assert Audit.objects.get().state == "proposed"


def test_roles_to_choose_from_are_those_that_are_still_wanted(browser, noor, by_three):
    page = Page(browser(noor).get(by_three.get_absolute_url()))

    roles = [radio["value"] for radio in page.all("input", type="radio", name="role")]
    assert roles == ["Security", "Product"]


def test_only_role_is_chosen_already(browser, noor, proposed):
    page = Page(browser(noor).get(proposed.get_absolute_url()))

    assert page.all("input", type="hidden", name="role", value="Approver")


def test_passkey_stands_in_for_the_password(noor, proposed):
    client, device = with_password(noor), Device()
    device.give_to(noor)

    send(client, proposed, password="", credential=device.get(challenge(client)))

    assert SignOff.objects.get().method == "passkey"


def test_slip_in_the_phrase_uses_up_no_passkey(noor, proposed):
    client, device = with_password(noor), Device()
    device.give_to(noor)
    proof = {"password": "", "credential": device.get(challenge(client))}

    slip = send(client, proposed, confirmation="sign", **proof)
    send(client, proposed, **proof)

    assert slip.status_code == 422
    assert SignOff.objects.get().method == "passkey"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"confirmation": "sign revision 2"}, "Write exactly “sign revision 1”"),
        ({"confirmation": ""}, "Write exactly “sign revision 1”"),
        ({"confirmation": "x" * 81}, "at most 80 characters"),
        ({"password": "wrong"}, "That is not your password."),
        ({"password": ""}, "Your password: This field is required."),
        ({"role": ""}, "Choose the role that you sign in."),
        ({"role": "Owner"}, "Choose a role in which you may sign."),
        ({"statement": "x" * 4001}, "at most 4000 characters"),
    ],
)
def test_signature_that_is_not_set_says_why(noor, proposed, change, sentence):
    response = send(with_password(noor), proposed, **change)

    assert response.status_code == 422
    assert sentence in Page(response).text
    assert not SignOff.objects.exists()


def test_what_was_typed_stays_but_for_the_password(noor, proposed):
    response = send(with_password(noor), proposed, confirmation="sign")

    page = Page(response)
    assert b"Ready for the 1st.</textarea>" in response.content
    assert page.value("confirmation") == "sign"
    assert page.value("password") is None


def test_role_that_somebody_else_took_meanwhile_is_told(noor, alice, by_three):
    client = with_password(noor)
    sign(by_three, by=alice, role="Security")

    response = send(client, by_three, role="Security")

    assert response.status_code == 422
    assert "Nobody more is asked to sign as Security." in Page(response).text


@pytest.mark.parametrize("seen", ["", "0" * 64, "x" * 500])
def test_nobody_signs_a_digest_that_they_were_not_shown(noor, proposed, seen):
    response = send(with_password(noor), proposed, seen=seen)

    assert response.status_code == 409
    assert Page(response).value("seen") == proposed.snapshot.digest
    assert not SignOff.objects.exists()


def test_what_stands_in_the_way_is_listed_and_shuts_the_button(browser, noor, ed, audit):
    row = propose(audit, by=ed)

    page = Page(browser(noor).get(row.get_absolute_url()))

    answer = audit.answers.get(position=1)
    assert f"{answer.get_absolute_url()}#row-{answer.pk}" in page.links()
    assert [button for button in page.all("button") if "disabled" in button]


def test_go_is_not_signed_while_something_stands_in_the_way(noor, ed, audit):
    row = propose(audit, by=ed)

    response = send(with_password(noor), row)

    assert response.status_code == 422
    assert "2 blockers are open, so nobody can sign it." in Page(response).text
    assert b"Ready for the 1st.</textarea>" in response.content


@pytest.mark.parametrize("who", ["ed", "vic"])
def test_whole_team_reads_the_page_without_a_form(browser, request, proposed, who):
    response = browser(request.getfixturevalue(who)).get(proposed.get_absolute_url())

    page = Page(response)
    assert response.status_code == 200
    assert "Approvers and owners sign." in page.text
    assert not page.all("form", action=round_url(proposed, "sign"))


@pytest.mark.parametrize("who", ["ed", "vic"])
def test_nobody_signs_without_the_role_for_it(request, proposed, who):
    response = send(with_password(request.getfixturevalue(who)), proposed)

    assert response.status_code == 403
    assert "ask an approver to do it" in Page(response).text


def test_whoever_the_policy_does_not_name_is_told(browser, noor, alice, ed, settled_audit):
    rules = Rules((Role("Security", people=frozenset({alice.pk})),))
    Policy.objects.change_team(settled_audit.project.team, rules, by=alice)
    row = propose(settled_audit, by=ed)

    page = Page(browser(noor).get(row.get_absolute_url()))

    assert "The sign-off policy does not name you among those who sign" in page.text


def test_who_signed_finds_that_in_place_of_the_form(browser, alice, noor, settled_audit, ed):
    team = settled_audit.project.team
    ask_for(team, "Engineering", "Product", by=alice, four_eyes=True)
    row = propose(settled_audit, by=ed)
    sign(row, by=noor, role="Product")

    page = Page(browser(noor).get(row.get_absolute_url()))

    assert "You signed as Product." in page.text
    assert not page.all("form", action=round_url(row, "sign"))


def test_statement_is_shown_as_it_was_typed(browser, vic, alice, by_three, noor):
    sign(by_three, by=noor, role="Product", statement="<b onclick='x()'>well</b>")

    page = Page(browser(vic).get(by_three.get_absolute_url()))

    assert page.faults == []
    assert "<b onclick='x()'>well</b>" in page.text


def test_page_costs_as_many_queries_for_2_signatures_as_for_1(browser, vic, noor, by_three):
    client = browser(vic)
    few = queries_of(client, by_three.get_absolute_url())
    sign(by_three, by=noor, role="Product")

    assert queries_of(client, by_three.get_absolute_url()) == few
