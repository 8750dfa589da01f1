"""Who sees to an item, and until when."""

import datetime as dt

import pytest
from django.utils import timezone

from tests.audits.views.markup import HTMX, Page
from tests.audits.views.test_answers import address, now

LATER = timezone.localdate() + dt.timedelta(days=30)
EARLIER = timezone.localdate() - dt.timedelta(days=1)


def test_plan_names_who_sees_to_it_and_until_when(browser, ed, vic, answer):
    browser(ed).post(address("plan", answer), {"owner": vic.pk, "due": LATER, "version": 1})

    assert (now(answer).owner, now(answer).due) == (vic, LATER)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"due": "tomorrow"}, "Enter a valid date."),
        ({"owner": "x"}, "Select a valid choice."),
        ({"version": "x"}, "The page sent no proper version of the answer."),
    ],
)
def test_plan_that_cannot_be_saved_says_why(browser, ed, answer, body, sentence):
    response = browser(ed).post(address("plan", answer), body, headers=HTMX)

    assert response.status_code == 422
    assert sentence in Page(response).text


def test_stranger_cannot_be_made_an_owner(browser, ed, mallory, answer):
    response = browser(ed).post(address("plan", answer), {"owner": mallory.pk})

    assert response.status_code == 422


def test_plan_over_somebody_elses_change_keeps_what_was_typed(browser, ed, noor, answer):
    answer.plan(by=noor, owner=noor, due=None)

    response = browser(ed).post(
        address("plan", answer), {"owner": ed.pk, "due": LATER, "version": 1}, headers=HTMX
    )

    page = Page(response)
    assert response.status_code == 409
    assert page.all("input", name="due")[0]["value"] == LATER.isoformat()
    assert "selected" in page.all("option", value=str(ed.pk))[-1]
    assert now(answer).owner == noor


@pytest.mark.parametrize(("due", "number"), [(LATER, 0), (EARLIER, 1)])
def test_change_of_an_answer_with_a_day_tells_how_many_are_overdue(
    browser, ed, answer, due, number
):
    answer.plan(by=ed, owner=None, due=EARLIER)

    response = browser(ed).post(address("plan", answer), {"due": due}, headers=HTMX)

    chip = f'<span class="count" id="chip-overdue" hx-swap-oob="true">{number}</span>'
    assert chip in response.content.decode()
