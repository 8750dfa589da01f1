"""Action items as the room adds, changes and closes them."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from audits.models import Action
from tests.audits.reviewing import running
from tests.audits.views.markup import HTMX, Page


@pytest.fixture
def point(audit, alice):
    return running(audit, alice).points.first()


@pytest.fixture
def body(ed) -> dict:
    return {"title": "Raise the limits", "owner": ed.pk, "due": dt.date(2099, 1, 1)}


@pytest.fixture
def action(point, ed) -> Action:
    return Action.objects.add(
        point.review.audit, "Write the runbook", ed, dt.date(2099, 1, 1), by=ed, point=point
    )


def address(name: str, point, *more) -> str:
    return reverse(name, args=[point.review_id, point.pk, *more])


def test_action_item_is_of_the_point_its_review_and_its_answer(browser, ed, point, body):
    response = browser(ed).post(address("room-action-new", point), body, headers=HTMX)

    action = point.actions.get()
    assert (action.review, action.answer) == (point.review, point.answer)
    assert "Raise the limits" in Page(response).text


def test_form_offers_owner_and_day_of_the_answer(browser, ed, noor, point):
    due = timezone.localdate() + dt.timedelta(days=3)
    type(point.answer).objects.filter(pk=point.answer_id).update(owner=noor, due=due)

    page = Page(browser(ed).get(address("room-action-new", point)))

    assert page.value("due") == due.isoformat()
    assert any("selected" in option for option in page.all("option", value=str(noor.pk)))


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "whole page"])
def test_action_item_that_cannot_be_added_says_why_beside_the_field(
    browser, ed, point, body, mallory, headers
):
    body |= {"owner": mallory.pk, "due": dt.date(2020, 1, 1)}

    response = browser(ed).post(address("room-action-new", point), body, headers=headers)

    assert response.status_code == 422
    assert "Raise the limits" in response.content.decode()
    assert not Action.objects.exists()


def test_day_that_is_over_is_refused_beside_its_field(browser, ed, point, body):
    body |= {"due": dt.date(2020, 1, 1)}

    response = browser(ed).post(address("room-action-new", point), body)

    assert response.status_code == 422
    assert Page(response).all("input", name="due", **{"aria-invalid": "true"})


def test_action_item_is_changed(browser, ed, noor, point, action, body):
    body |= {"owner": noor.pk, "version": action.version}

    response = browser(ed).post(address("room-action-edit", point, action.pk), body)

    action.refresh_from_db()
    assert response.status_code == 302
    assert (action.title, action.owner) == ("Raise the limits", noor)


def test_change_of_what_somebody_changed_meanwhile_is_shown_with_what_was_typed(
    browser, ed, point, action, body
):
    action.change(title="Theirs", owner=ed, due=action.due, by=ed, seen_version=1)

    response = browser(ed).post(
        address("room-action-edit", point, action.pk), body | {"version": 1}
    )

    page = Page(response)
    assert response.status_code == 409
    assert page.value("title") == "Raise the limits"
    assert page.value("version") == "2"


def test_action_item_is_dropped_with_a_reason_and_not_without(browser, ed, point, action):
    path = address("room-action-close", point, action.pk)
    bare = browser(ed).post(path, {"state": "dropped", "version": action.version})

    response = browser(ed).post(
        path, {"state": "dropped", "closing": "Not needed.", "version": action.version}
    )

    action.refresh_from_db()
    assert (bare.status_code, response.status_code) == (422, 302)
    assert (action.state, action.closing) == ("dropped", "Not needed.")


def test_form_for_the_dialog_is_the_form_alone(browser, ed, point, action):
    response = browser(ed).get(address("room-action-edit", point, action.pk), headers=HTMX)

    page = Page(response)
    assert len(page.all("form")) == 2
    assert not page.all("html")


def test_action_item_of_another_review_is_not_found(browser, ed, point, action):
    Action.objects.update(review=None, point=None)

    response = browser(ed).get(address("room-action-edit", point, action.pk))

    assert response.status_code == 404


@pytest.mark.parametrize("name", ["poll-new", "room-action-new"])
def test_form_of_a_review_that_is_over_is_not_shown(browser, ed, point, name):
    point.review.state = "ended"
    point.review.save()

    assert browser(ed).get(address(name, point)).status_code == 409
