"""What a conditional go asked stays in sight after the launch, until it is met."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from audits.models import Audit, GoCondition
from audits.models.go_conditions import Asked
from tests.audits.helpers import propose, seal, sign
from tests.audits.racing import chain_holds
from tests.audits.views.markup import Page


@pytest.fixture
def launched(settled_audit, ed, noor) -> Audit:
    """Signed on two conditions: of ed by tomorrow, of noor in a week."""
    today = timezone.localdate()
    asked = [
        Asked("Test the limits under load.", ed, today + dt.timedelta(days=1)),
        Asked("Write the runbook.", noor, today + dt.timedelta(days=7)),
    ]
    sign(propose(settled_audit, by=ed, decision="conditional_go", conditions=asked), by=noor)
    return Audit.objects.get(pk=settled_audit.pk)


def address(audit: Audit, condition: GoCondition | None = None) -> str:
    if condition is None:
        return reverse("go-condition-list", args=[audit.pk])
    return reverse("go-condition-settle", args=[audit.pk, condition.pk])


def first(audit: Audit) -> GoCondition:
    return GoCondition.objects.get(round__audit=audit, number=1)


def say(browser, user, audit: Audit, **changes):
    body = {"state": "met", "note": "Ran for an hour.", "version": 1} | changes
    return browser(user).post(address(audit, first(audit)), body)


def in_days(days: int):
    return time_machine.travel(timezone.now() + dt.timedelta(days=days))


def test_audit_page_tells_what_is_left_of_the_go(launched, browser, vic):
    page = Page(browser(vic).get(launched.get_absolute_url()))

    assert "2 conditions of the go are left to be met." in page.text
    assert ": Test the limits under load." in page.text


def test_late_condition_is_late_wherever_the_audit_is_shown(launched, browser, vic):
    with in_days(3):
        client = browser(vic)
        told = [Page(client.get(path)) for path in (launched.get_absolute_url(), "/")]
        listed = Page(client.get(address(launched)))

    assert "2 conditions of the go are left to be met, 1 late." in told[0].text
    assert "1 condition late" in told[1].text
    assert "Late" in listed.text


def test_condition_is_met_after_the_seal_and_the_history_tells_it(launched, browser, ed):
    response = say(browser, ed, launched)

    assert response.status_code == 302
    condition = first(launched)
    assert (condition.met_by, condition.note) == (ed, "Ran for an hour.")
    last = launched.events.latest("number")
    assert (last.verb, last.detail["met"]) == ("go_condition.settled", True)
    assert Audit.objects.get().state == "signed"
    assert chain_holds(launched)


def test_met_condition_can_be_taken_back(launched, browser, ed):
    say(browser, ed, launched)

    say(browser, ed, launched, state="open", note="It broke again.", version=2)

    assert first(launched).met_at is None


def test_who_did_not_see_the_last_change_is_shown_both(launched, browser, ed, noor):
    say(browser, noor, launched, note="Noor's run.")

    response = say(browser, ed, launched, note="Ed's run.")

    page = Page(response)
    assert response.status_code == 409
    assert "Noor's run." in page.text
    assert "Ed's run." in page.text


def test_answer_that_says_nothing_is_refused_and_kept(launched, browser, ed):
    response = say(browser, ed, launched, state="perhaps", note="Kept.")

    assert response.status_code == 422
    assert "Kept." in response.content.decode()


def test_viewer_sees_the_conditions_and_changes_none(launched, browser, vic):
    page = Page(browser(vic).get(address(launched)))

    assert "Write the runbook." in page.text
    assert not [form for form in page.all("form") if "go-conditions" in form.get("action", "")]
    assert say(browser, vic, launched).status_code == 403


def test_condition_of_another_audit_is_not_found(launched, project, edition, alice, browser, ed):
    other = Audit.objects.start(project, "Second launch", [edition], by=alice)

    response = browser(ed).post(address(other, first(launched)), {"state": "met", "version": 1})

    assert response.status_code == 404


def test_later_revision_ends_the_conditions_of_the_one_before(launched, browser, noor, vic):
    launched.reopen("Another look.", by=noor)
    assert "Write the runbook." in Page(browser(vic).get(address(launched))).text

    seal(launched, by=noor)

    assert "No go with conditions is in force" in Page(browser(vic).get(address(launched))).text
