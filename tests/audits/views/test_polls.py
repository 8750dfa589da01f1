"""Polls of the room over HTTP."""

import pytest
from django.urls import reverse

from audits.models import Poll
from audits.views.room_talk import parts
from tests.audits.reviewing import come_as_guest, running, seat
from tests.audits.views.markup import HTMX, Page

QUESTION = {"question": "Ready?", "preset": "unsure"}


@pytest.fixture
def point(audit, alice):
    return running(audit, alice).points.first()


@pytest.fixture
def poll(point, alice) -> Poll:
    return Poll.objects.ask(point, "Ready?", ["Yes", "No"], by=seat(point.review, alice))


def address(name: str, point, *more) -> str:
    return reverse(name, args=[point.review_id, point.pk, *more])


def test_editor_opens_a_poll_and_the_room_shows_it(browser, ed, point):
    response = browser(ed).post(address("poll-new", point), QUESTION, headers=HTMX)

    poll = point.polls.get()
    assert poll.choices == ["Yes", "No", "Unsure"]
    assert f'id="poll-{poll.pk}"' in response.content.decode()


def test_own_choices_are_one_a_line(browser, ed, point):
    body = QUESTION | {"preset": "own", "choices": "Today\r\n\r\n Tomorrow "}

    response = browser(ed).post(address("poll-new", point), body)

    assert response.status_code == 302
    assert point.polls.get().choices == ["Today", "Tomorrow"]


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "whole page"])
def test_poll_that_cannot_be_asked_says_why_beside_the_field(browser, ed, point, headers):
    body = QUESTION | {"preset": "own", "choices": "Only one"}

    response = browser(ed).post(address("poll-new", point), body, headers=headers)

    assert response.status_code == 422
    assert "A poll has 2 to 6 choices, one a line; these are 1." in Page(response).text


def test_second_poll_waits_for_the_first(browser, ed, point, poll):
    response = browser(ed).post(address("poll-new", point), QUESTION)

    assert response.status_code == 409
    assert point.polls.count() == 1


def test_viewer_votes_and_stands_in_the_results_by_name(browser, vic, point, poll):
    response = browser(vic).post(
        address("poll-vote", point, poll.pk), {"choice": "1"}, headers=HTMX
    )

    assert "Vic Lund" in Page(response).text
    assert [len(votes) for _, votes in poll.results()] == [0, 1]


def test_guest_votes_but_opens_and_closes_nothing(client, point, poll):
    participant = seat(point.review)
    come_as_guest(client, participant)

    assert client.post(address("poll-vote", point, poll.pk), {"choice": "0"}).status_code == 302
    assert client.post(address("poll-close", point, poll.pk)).status_code == 403
    assert client.post(address("poll-new", point), QUESTION).status_code == 403

    assert poll.votes.get().participant == participant


@pytest.mark.parametrize("choice", ["", "2", "-1", "x", "99999"])
def test_vote_for_nothing_is_refused(browser, vic, point, poll, choice):
    response = browser(vic).post(address("poll-vote", point, poll.pk), {"choice": choice})

    assert response.status_code == 422
    assert not poll.votes.exists()


def test_vote_after_the_end_is_refused(browser, ed, vic, point, poll):
    browser(ed).post(address("poll-close", point, poll.pk))

    response = browser(vic).post(address("poll-vote", point, poll.pk), {"choice": "0"})

    assert response.status_code == 409
    assert not poll.votes.exists()


def test_poll_of_another_point_is_not_found(browser, vic, point, poll):
    other = point.review.points.last()

    response = browser(vic).post(address("poll-vote", other, poll.pk), {"choice": "0"})

    assert response.status_code == 404


def test_talk_of_fifty_votes_costs_no_more_queries_than_that_of_one(
    point, poll, django_assert_max_num_queries
):
    poll.vote(0, by=seat(point.review))
    for number in range(50):
        poll.vote(number % 2, by=seat(point.review, name=f"Guest{number} G"))

    with django_assert_max_num_queries(12):
        html = parts(point, "lead")["talk"]

    assert html.count("Guest") == 51


def test_only_whoever_edits_is_offered_to_ask_and_to_close(point, poll):
    for variant in ("lead", "editor"):
        assert "Close the poll" in parts(point, variant)["talk"]
    for variant in ("viewer", "guest"):
        html = parts(point, variant)["talk"]
        assert "Close the poll" not in html
        assert 'name="choice"' in html
