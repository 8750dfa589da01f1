import datetime as dt

import pytest
from django.urls import reverse

from audits.models import Audit, Comment, Report, SignOff
from tests.audits.helpers import build_edition, seal
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page


def address(audit: Audit) -> str:
    return reverse("sign-off-new", args=[audit.pk])


def form_of(client, audit: Audit) -> dict:
    """What an approver would send who filled in the page as it is shown."""
    page = Page(client.get(address(audit)))
    return {
        "decision": "go",
        "statement": "Ready for the 1st.",
        "confirmation": audit.seal_phrase,
        "seen": page.value("seen"),
    }


def test_what_blocks_a_go_is_listed_with_links(browser, noor, audit):
    response = browser(noor).get(address(audit))

    links = Page(response).links()
    for position, listed in {1: True, 2: False, 4: True}.items():
        answer = audit.answers.get(position=position)
        assert (f"{answer.get_absolute_url()}#row-{answer.pk}" in links) is listed


def test_accepted_risk_is_listed_as_sealed_with_it(browser, noor, audit, ed):
    answer = audit.answers.get(position=2)
    answer.record("risk_accepted", by=noor, reason="So.", approver=noor, until=dt.date(2099, 1, 1))

    response = browser(noor).get(address(audit))

    page = Page(response)
    assert f"{answer.get_absolute_url()}#row-{answer.pk}" in page.links()
    assert "Noor Haddad, until 1 Jan 2099" in page.text


def test_approver_seals_and_the_report_is_asked_for(
    browser, noor, settled_audit, rung, django_capture_on_commit_callbacks
):
    client = browser(noor)
    body = form_of(client, settled_audit)

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(address(settled_audit), body)

    report = Report.objects.get()
    assert response["Location"] == reverse("sign-off-list", args=[settled_audit.pk])
    assert SignOff.objects.get().statement == "Ready for the 1st."
    assert rung == [str(report.pk)]
    assert report.snapshot.sealed


def test_owner_may_seal_too(browser, alice, settled_audit):
    client = browser(alice)

    client.post(address(settled_audit), form_of(client, settled_audit))

    assert Audit.objects.get().is_sealed


@pytest.mark.parametrize("who", ["ed", "vic"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_an_approver_seals(browser, request, settled_audit, who, method):
    client = browser(request.getfixturevalue(who))

    response = getattr(client, method)(address(settled_audit))

    assert response.status_code == 403
    assert "ask an approver to do it" in Page(response).text
    assert not Audit.objects.get().is_sealed


def test_go_is_refused_while_a_blocker_is_open(browser, noor, audit):
    client = browser(noor)

    response = client.post(address(audit), form_of(client, audit))

    assert response.status_code == 422
    assert "2 blockers are open, so the decision cannot be go." in Page(response).text
    assert not Audit.objects.get().is_sealed


def test_no_go_is_sealed_over_open_blockers(browser, noor, audit):
    client = browser(noor)

    client.post(address(audit), form_of(client, audit) | {"decision": "no_go"})

    assert SignOff.objects.get().decision == "no_go"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"confirmation": "seal revision 2"}, "Type “seal revision 1” to confirm."),
        ({"confirmation": ""}, "This field is required."),
        ({"confirmation": "x" * 81}, "at most 80 characters"),
        ({"decision": ""}, "Decision: This field is required."),
        ({"decision": "maybe"}, "maybe is not one of the available choices."),
        ({"decision": "no_go", "statement": " "}, "Say why it is a no-go."),
        ({"statement": "x" * 4001}, "at most 4000 characters"),
    ],
)
def test_seal_that_is_not_set_says_why(browser, noor, settled_audit, change, sentence):
    client = browser(noor)

    response = client.post(address(settled_audit), form_of(client, settled_audit) | change)

    assert response.status_code == 422
    assert sentence in Page(response).text
    assert not Audit.objects.get().is_sealed


def test_statement_stays_when_the_phrase_was_wrong(browser, noor, settled_audit):
    client = browser(noor)

    response = client.post(
        address(settled_audit), form_of(client, settled_audit) | {"confirmation": "seal"}
    )

    assert b"Ready for the 1st.</textarea>" in response.content


def test_nobody_signs_what_they_did_not_see(browser, noor, ed, settled_audit, answer):
    client = browser(noor)
    body = form_of(client, settled_audit)
    answer.record("open", by=ed)

    response = client.post(address(settled_audit), body)

    page = Page(response)
    assert response.status_code == 409
    assert "Ed Fox changed the audit after your page was loaded." in page.text
    assert f"{answer.get_absolute_url()}#row-{answer.pk}" in page.links()
    assert b"Ready for the 1st.</textarea>" in response.content
    assert not Audit.objects.get().is_sealed


@pytest.mark.parametrize("head", ["outdated", "", "x" * 500])
def test_sealing_again_works_once_the_change_was_shown(
    browser, noor, ed, settled_audit, answer, head
):
    client = browser(noor)
    body = form_of(client, settled_audit)
    Comment.objects.add(answer, "One more word.", by=ed)
    refused = client.post(
        address(settled_audit), body | ({} if head == "outdated" else {"seen": head})
    )

    client.post(address(settled_audit), body | {"seen": Page(refused).value("seen")})

    assert refused.status_code == 409
    assert Audit.objects.get().is_sealed


def test_form_that_is_sent_twice_seals_once(browser, noor, settled_audit):
    client = browser(noor)
    body = form_of(client, settled_audit)
    client.post(address(settled_audit), body)

    response = client.post(address(settled_audit), body)

    assert response.status_code == 409
    assert SignOff.objects.count() == 1


def test_nobody_has_signed_yet(browser, noor, vic, audit):
    response = browser(vic).get(reverse("sign-off-list", args=[audit.pk]))

    page = Page(response)
    assert "Nobody has signed yet" in page.text
    assert address(audit) not in page.links()


def test_every_revision_that_was_sealed_is_listed_with_its_report(
    browser, vic, noor, sealed_audit
):
    seal(sealed_audit.reopen("Another look.", by=noor), by=noor, statement="Still well.")

    response = browser(vic).get(reverse("sign-off-list", args=[sealed_audit.pk]))

    page = Page(response)
    assert {report.get_absolute_url() for report in Report.objects.all()} <= set(page.links())
    assert "All is well." in page.text
    assert "Still well." in page.text
    for sign_off in SignOff.objects.all():
        assert sign_off.digest in page.text


def test_statement_is_shown_as_it_was_typed(browser, vic, noor, settled_audit):
    seal(settled_audit, by=noor, statement="<b onclick='x()'>well</b>")

    response = browser(vic).get(reverse("sign-off-list", args=[settled_audit.pk]))

    page = Page(response)
    assert page.faults == []
    assert "<b onclick='x()'>well</b>" in page.text


def test_sign_offs_cost_as_many_queries_for_5_revisions_as_for_1(browser, vic, noor, sealed_audit):
    client, url = browser(vic), reverse("sign-off-list", args=[sealed_audit.pk])
    few = queries_of(client, url)
    for _ in range(4):
        seal(Audit.objects.get().reopen("Again.", by=noor), by=noor)

    assert queries_of(client, url) == few


def test_seal_page_costs_as_many_queries_for_60_items_as_for_3(browser, noor, project):
    client = browser(noor)
    few, many = (
        Audit.objects.start(project, "x", [build_edition(f"l-{items}", items=items)], by=noor)
        for items in (3, 60)
    )

    assert queries_of(client, address(many)) == queries_of(client, address(few))
