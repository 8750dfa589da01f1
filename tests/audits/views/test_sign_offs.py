import pytest
from django.urls import reverse

from audits.models import Audit, Report, Round, SignOff
from tests.audits.helpers import propose, seal, sign
from tests.audits.views.counting import queries_of
from tests.audits.views.decided import ask_for, propose_url
from tests.audits.views.markup import Page


def address(audit: Audit) -> str:
    return reverse("sign-off-list", args=[audit.pk])


def test_nobody_has_signed_yet(browser, vic, audit):
    page = Page(browser(vic).get(address(audit)))

    assert "Nobody has signed yet" in page.text
    assert propose_url(audit) not in page.links()


def test_editor_finds_the_way_to_propose(browser, ed, audit):
    assert propose_url(audit) in Page(browser(ed).get(address(audit))).links()


def test_every_revision_that_was_sealed_is_listed_with_its_report(
    browser, vic, noor, sealed_audit
):
    seal(sealed_audit.reopen("Another look.", by=noor), by=noor, statement="Still well.")

    page = Page(browser(vic).get(address(sealed_audit)))

    assert {report.get_absolute_url() for report in Report.objects.all()} <= set(page.links())
    assert "All is well." in page.text
    assert "Still well." in page.text
    assert "Superseded by revision 2." in page.text
    for sign_off in SignOff.objects.all():
        assert sign_off.digest in page.text


def test_revision_leads_to_what_changed_since_the_one_before(browser, vic, noor, sealed_audit):
    seal(sealed_audit.reopen("Another look.", by=noor), by=noor)
    second = Round.objects.get(revision=2).snapshot_id

    page = Page(browser(vic).get(address(sealed_audit)))

    differences = reverse("audit-differences", args=[sealed_audit.pk])
    assert f"{differences}?to={second}" in page.links()


def test_proposal_says_how_many_signatures_it_has(browser, vic, ed, alice, settled_audit):
    ask_for(settled_audit.project.team, "Engineering", "Security", by=alice)
    row = propose(settled_audit, by=ed)
    sign(row, by=alice, role="Engineering")

    page = Page(browser(vic).get(address(settled_audit)))

    assert "Proposed by Ed Fox" in page.text
    assert "1 of 2 signatures" in page.text
    assert row.get_absolute_url() in page.links()


def test_outdated_proposal_says_who_changed_what(browser, vic, ed, answer, settled_audit):
    row = propose(settled_audit, by=ed)
    answer.record("open", by=ed)

    page = Page(browser(vic).get(address(settled_audit)))

    assert "Ed Fox set “Item 1” from done to open" in page.text
    differences = reverse("audit-differences", args=[settled_audit.pk])
    assert f"{differences}?from={row.snapshot_id}&to=now" in page.links()


def test_withdrawn_proposal_says_why(browser, vic, ed, settled_audit):
    propose(settled_audit, by=ed).withdraw("The model changed.", by=ed)

    page = Page(browser(vic).get(address(settled_audit)))

    assert "Ed Fox withdrew the proposal: The model changed." in page.text


def test_expired_sign_off_says_why(browser, vic, sealed_audit):
    Round.objects.get().expire("it held until 2026-11-01", by=None)

    page = Page(browser(vic).get(address(sealed_audit)))

    assert "It holds no longer: it held until 2026-11-01." in page.text


@pytest.mark.parametrize(("decision", "word"), [("go", "Go Signed"), ("no_go", "No-go Refused")])
def test_decision_and_state_are_said_in_words(browser, vic, noor, settled_audit, decision, word):
    seal(settled_audit, by=noor, decision=decision)

    page = Page(browser(vic).get(address(settled_audit)))

    assert f"Revision 1 {word}" in page.text


def test_statement_is_shown_as_it_was_typed(browser, vic, noor, settled_audit):
    seal(settled_audit, by=noor, statement="<b onclick='x()'>well</b>")

    page = Page(browser(vic).get(address(settled_audit)))

    assert page.faults == []
    assert "<b onclick='x()'>well</b>" in page.text


def test_list_costs_as_many_queries_for_6_rounds_as_for_2(browser, vic, noor, sealed_audit):
    client, url = browser(vic), address(sealed_audit)
    propose(sealed_audit.reopen("Again.", by=noor), by=noor).withdraw("No.", by=noor)
    few = queries_of(client, url)
    for _ in range(2):
        seal(sealed_audit, by=noor)
        propose(Audit.objects.get().reopen("Again.", by=noor), by=noor).withdraw("No.", by=noor)

    assert queries_of(client, url) == few
