import pytest
from django.urls import reverse

from audits.models import Answer
from tests.audits.views.markup import HTMX, Page

LOWER = {"severity": "minor", "severity_reason": "Two users, both in this room.", "version": 1}


def address(answer) -> str:
    return reverse("answer-severity", args=[answer.audit_id, answer.pk])


def now(answer) -> Answer:
    return Answer.objects.get(pk=answer.pk)


def test_approver_lowers_a_severity_and_the_row_says_why(browser, noor, answer):
    response = browser(noor).post(address(answer), LOWER, headers=HTMX)

    page = Page(response)
    assert page.all("li", id=f"row-{answer.pk}")[0]["data-severity"] == "minor"
    assert ", changed for this audit: Two users, both in this room." in page.text
    assert "1 blocker open" in page.text


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "whole page"])
def test_editor_cannot_lower_it_and_keeps_what_was_typed(browser, ed, answer, headers):
    response = browser(ed).post(address(answer), LOWER, headers=headers)

    assert response.status_code == 403
    assert "Only an approver or an owner" in Page(response).text
    assert "Two users, both in this room." in Page(response).text
    assert now(answer).severity == "blocker"


def test_editor_raises_it(browser, ed, audit):
    minor = audit.answers.get(position=3)

    browser(ed).post(
        address(minor), {"severity": "blocker", "severity_reason": "We bill by it.", "version": 1}
    )

    assert (now(minor).severity, now(minor).severity_reason) == ("blocker", "We bill by it.")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({**LOWER, "severity_reason": ""}, "Say why the severity is another here."),
        ({**LOWER, "severity": "grave"}, "grave is not one of the available choices."),
        ({**LOWER, "version": "x"}, "The page sent no proper version of the answer."),
    ],
)
def test_severity_that_cannot_be_saved_says_why(browser, noor, answer, body, sentence):
    response = browser(noor).post(address(answer), body, headers=HTMX)

    page = Page(response)
    assert response.status_code == 422
    assert sentence in page.text
    assert "open" in page.all("details", id=f"severity-{answer.pk}")[0]


def test_severity_over_somebody_elses_shows_both(browser, noor, alice, answer):
    answer.rate("major", "A backup is there.", by=alice)

    response = browser(noor).post(address(answer), LOWER, headers=HTMX)

    text = Page(response).text
    assert response.status_code == 409
    assert "A backup is there." in text
    assert "Two users, both in this room." in text
    assert now(answer).severity == "major"


def test_severity_of_the_checklist_has_no_mark(browser, vic, audit):
    response = browser(vic).get(audit.get_absolute_url())

    assert not Page(response).all("span", **{"class": "row-rated"})


@pytest.mark.parametrize("verdict", ["pass", "fail", "inconclusive", "error"])
def test_verdict_stands_on_the_row_in_icon_and_word(browser, vic, audit, answer, verdict):
    audit.answers.filter(pk=answer.pk).update(verdict=verdict)

    page = Page(browser(vic).get(audit.get_absolute_url()))

    (cell,) = page.all("span", id=f"row-{answer.pk}-verdict")
    assert cell["data-verdict"] == verdict
    assert f"Verdict: {verdict.title()}" in page.text


def test_conflicts_can_be_chosen(browser, vic, audit, answer, ed):
    answer.record("done", by=ed)
    audit.answers.filter(position__in=[1, 2]).update(verdict="fail")

    page = Page(browser(vic).get(audit.get_absolute_url() + "?show=conflicts"))

    assert f"row-{answer.pk}" in page.ids()
    assert len(page.all("li", **{"class": "row"})) == 1
    assert "in conflict with the answer" in page.text
