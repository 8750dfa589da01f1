import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from audits.models import Answer
from tests.audits.views.markup import HTMX, Page

LATER = timezone.localdate() + dt.timedelta(days=30)
RISK = {"state": "risk_accepted", "reason": "A week at most.", "until": LATER, "panel": "open"}


def address(verb: str, answer) -> str:
    return reverse(f"answer-{verb}", args=[answer.audit_id, answer.pk])


def now(answer) -> Answer:
    return Answer.objects.get(pk=answer.pk)


def test_tick_answers_with_the_row_and_all_that_counts(browser, ed, answer):
    response = browser(ed).post(
        address("state", answer), {"state": "done", "version": 1}, headers=HTMX
    )

    page = Page(response)
    section = answer.item.section_id
    apart = {values["id"] for _, values in page.tags if "hx-swap-oob" in values}
    assert now(answer).state == "done"
    assert page.ids()[0] == f"row-{answer.pk}"
    assert apart == {
        "audit-progress",
        f"rail-count-{section}",
        f"section-count-{section}",
        "chip-open",
        "chip-blockers",
        "chip-conflicts",
        "undo",
        "announcer",
    }
    assert "1 of 6 done, 1 blocker open" in page.text
    assert f"row-{answer.pk}-panel" not in page.ids()


def test_tick_in_an_unfolded_row_leaves_it_unfolded(browser, ed, answer):
    response = browser(ed).post(
        address("state", answer), {"state": "done", "panel": "open"}, headers=HTMX
    )

    assert f"row-{answer.pk}-panel" in Page(response).ids()


@pytest.mark.parametrize("panel", ["", "open"])
def test_tick_without_htmx_comes_back_to_its_row(browser, ed, answer, panel):
    body = {"state": "done", "version": 1, "panel": panel}

    response = browser(ed).post(address("state", answer), body)

    page = answer if panel else answer.audit
    assert response.status_code == 302
    assert response["Location"] == f"{page.get_absolute_url()}#row-{answer.pk}"


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "whole page"])
def test_who_saves_over_a_change_sees_it_and_keeps_what_was_typed(
    browser, ed, noor, answer, headers
):
    answer.record("done", by=noor)
    body = {"state": "not_applicable", "reason": "We have no keys.", "version": 1}

    response = browser(ed).post(address("state", answer), body, headers=headers)

    page = Page(response)
    assert response.status_code == 409
    assert "Noor Haddad changed this answer while you wrote" in page.text
    assert "We have no keys." in page.text
    assert page.all("input", name="state", value="not_applicable", type="radio")[0].keys() & {
        "checked"
    }
    assert page.all("li", id=f"row-{answer.pk}")[0]["data-state"] == "done"
    assert now(answer).state == "done"


@pytest.mark.parametrize("version", ["1", "x"], ids=["outdated", "malformed"])
def test_saving_again_works_with_the_version_that_came_back(browser, ed, noor, answer, version):
    answer.record("done", by=noor)
    body = {"state": "not_applicable", "reason": "We have no keys.", "version": version}
    refused = browser(ed).post(address("state", answer), body, headers=HTMX)
    shown = Page(refused).all("input", name="version")

    response = browser(ed).post(
        address("state", answer), body | {"version": shown[-1]["value"]}, headers=HTMX
    )

    assert {values["value"] for values in shown} == {"2"}
    assert response.status_code == 200
    assert now(answer).state == "not_applicable"


def test_what_does_not_apply_is_not_counted_as_done(browser, ed, answer):
    body = {"state": "not_applicable", "reason": "We have no keys.", "version": 1}

    page = Page(browser(ed).post(address("state", answer), body, headers=HTMX))

    assert "0 of 6 done" in page.text
    assert "0 of 6 done, 1 not applicable, 1 blocker open" in page.text
    assert "1 not applicable" in Page(browser(ed).get(answer.audit.get_absolute_url())).text


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"state": "ready"}, "ready is not one of the available choices."),
        ({}, "This field is required."),
        ({"state": "done", "version": "x"}, "The page sent no proper version of the answer."),
        ({"state": "done", "version": "9" * 5000}, "The page sent no proper version"),
        ({"state": "not_applicable"}, "Say why the item does not apply."),
        ({"state": "not_applicable", "reason": " \n "}, "Say why the item does not apply."),
        ({"state": "not_applicable", "reason": "x" * 4001}, "at most 4000 characters"),
        ({**RISK, "reason": ""}, "Say why the risk can be taken."),
        (RISK, "Name the approver who accepts the risk."),
        ({**RISK, "approver": "9" * 30}, "Select a valid choice."),
        ({**RISK, "until": "2026-02-30"}, "Enter a valid date."),
        ({**RISK, "until": "soon"}, "Enter a valid date."),
    ],
)
@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "whole page"])
def test_answer_that_cannot_be_saved_says_why(browser, ed, answer, body, sentence, headers):
    response = browser(ed).post(address("state", answer), body, headers=headers)

    assert response.status_code == 422
    assert sentence in Page(response).text
    assert now(answer).version == 1


@pytest.mark.parametrize(
    ("until", "sentence"),
    [("", "Say until when the risk is accepted."), ("2020-01-01", "is over already.")],
)
def test_risk_wants_a_last_day_to_come(browser, ed, noor, answer, until, sentence):
    body = RISK | {"approver": noor.pk, "until": until}

    response = browser(ed).post(address("state", answer), body, headers=HTMX)

    assert response.status_code == 422
    assert sentence in Page(response).text


def test_viewer_cannot_be_named_as_approver(browser, ed, vic, answer):
    response = browser(ed).post(address("state", answer), RISK | {"approver": vic.pk})

    assert response.status_code == 422


def test_risk_that_an_editor_accepts_waits_for_its_approver(browser, ed, noor, answer):
    response = browser(ed).post(
        address("state", answer), RISK | {"approver": noor.pk}, headers=HTMX
    )

    page = Page(response)
    assert page.all("li", id=f"row-{answer.pk}")[0]["data-state"] == "awaiting"
    assert "0 of 6 done, 2 blockers open" in page.text
    assert not page.all("form", action=address("accept", answer))


def test_risk_that_the_approver_accepts_in_person_holds_at_once(browser, noor, answer):
    response = browser(noor).post(
        address("state", answer), RISK | {"approver": noor.pk}, headers=HTMX
    )

    page = Page(response)
    assert page.all("li", id=f"row-{answer.pk}")[0]["data-state"] == "risk_accepted"
    assert "1 blocker open" in page.text


@pytest.fixture
def awaiting(answer, ed, noor) -> Answer:
    return answer.record("risk_accepted", by=ed, reason="A week.", approver=noor, until=LATER)


def test_named_approver_is_offered_to_confirm(browser, noor, awaiting):
    response = browser(noor).get(awaiting.get_absolute_url())

    assert Page(response).value("version", prefix=address("accept", awaiting)) == "2"


def test_named_approver_confirms(browser, noor, awaiting):
    response = browser(noor).post(address("accept", awaiting), {"version": 2}, headers=HTMX)

    assert response.status_code == 200
    assert now(awaiting).standing == "risk_accepted"


@pytest.mark.parametrize(
    ("version", "status"), [("1", 409), ("x", 422), ("²", 422), ("9" * 5000, 422)]
)
def test_acceptance_of_another_version_is_not_confirmed(browser, noor, awaiting, version, status):
    response = browser(noor).post(address("accept", awaiting), {"version": version})

    assert response.status_code == status
    assert now(awaiting).awaits_approver


def test_nobody_confirms_in_the_approvers_stead(browser, alice, awaiting):
    response = browser(alice).post(address("accept", awaiting), {"version": 2})

    assert response.status_code == 403
    assert "Only Noor Haddad can confirm this acceptance." in Page(response).text


def test_there_is_nothing_to_confirm_of_an_open_answer(browser, noor, answer):
    response = browser(noor).post(address("accept", answer), {"version": 1}, headers=HTMX)

    assert response.status_code == 422
    assert "no risk acceptance here that waits" in Page(response).text


def test_tick_asks_the_database_eleven_times(browser, ed, answer, django_assert_num_queries):
    """Session, user; answer with all about it; begin, lock, answer, its change, the event, the
    audit's counters, commit; and the count of the section."""
    client = browser(ed)
    client.post(address("state", answer), {"state": "done"}, headers=HTMX)

    with django_assert_num_queries(11):
        client.post(address("state", answer), {"state": "open"}, headers=HTMX)
