import pytest
from django.urls import reverse

from audits.models import Audit
from checklist.models import Checklist
from tests.audits.helpers import build_edition
from tests.audits.views.markup import Page


@pytest.fixture
def newer(edition):
    return build_edition(
        version="2.0.0", items=7, without=[2], item_1={"guidance": "Do something else."}
    )


def address(name, audit, edition):
    return reverse(name, args=[audit.pk, edition.pk])


def test_page_says_what_differs_and_what_moving_does(browser, ed, audit, answer, newer):
    answer.record("done", by=ed)

    text = Page(browser(ed).get(address("audit-newer", audit, newer))).text

    assert "1 answer open again" in text
    assert "what to do has changed" in text
    assert "1 new item to answer" in text
    assert "1 item no longer asked" in text


def test_moving_leads_to_the_audit_and_says_what_is_open_again(browser, ed, audit, answer, newer):
    answer.record("done", by=ed)
    head = Audit.objects.get(pk=audit.pk).events_head

    response = browser(ed).post(address("audit-move", audit, newer), {"seen": head}, follow=True)

    assert "The audit is on Launch 2.0.0 now. 1 answer is open again." in Page(response).text
    assert audit.editions.get() == newer


def test_what_changed_meanwhile_is_shown_first(browser, ed, noor, audit, answer, newer):
    head = Audit.objects.get(pk=audit.pk).events_head
    answer.record("done", by=noor)

    response = browser(ed).post(address("audit-move", audit, newer), {"seen": head})

    assert response.status_code == 409
    assert "Noor Haddad changed the audit" in Page(response).text
    assert audit.editions.get().version == "1.0.0"


def test_viewer_may_look_and_not_move(browser, vic, audit, newer):
    page = Page(browser(vic).get(address("audit-newer", audit, newer)))

    assert "An editor of the team can move the audit." in page.text
    assert browser(vic).post(address("audit-move", audit, newer)).status_code == 403


def test_edition_of_another_checklist_is_not_found(browser, ed, audit):
    assert browser(ed).get(address("audit-newer", audit, build_edition("b"))).status_code == 404


def test_edition_of_another_teams_checklist_is_not_found(browser, ed, mallory, audit):
    theirs = build_edition("launch-of-theirs")
    Checklist.objects.filter(pk=theirs.checklist_id).update(owner=mallory.teams.get().pk)

    assert browser(ed).get(address("audit-newer", audit, theirs)).status_code == 404
