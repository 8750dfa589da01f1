"""Quick polls with names."""

import pytest

from audits.models import Poll, Vote
from audits.models.errors import Refused
from audits.models.polls import PollClosed, PollOpen
from audits.models.reviews import ReviewNotSo
from tests.audits.racing import at_once, refusals
from tests.audits.reviewing import running, seat


@pytest.fixture
def point(audit, alice):
    return running(audit, alice).points.first()


@pytest.fixture
def ada(point, alice):
    return seat(point.review, alice)


@pytest.fixture
def guest(point):
    return seat(point.review)


@pytest.fixture
def poll(point, ada) -> Poll:
    return Poll.objects.ask(point, "Ready?", ["Yes", "No", "Unsure"], by=ada)


def said(poll: Poll) -> list[tuple[str, list[str]]]:
    return [
        (choice, [vote.participant.name for vote in votes]) for choice, votes in poll.results()
    ]


def test_results_have_names(poll, ada, guest):
    poll.vote(0, by=ada)

    poll.vote(2, by=guest)

    assert said(poll) == [("Yes", ["Alice Berg"]), ("No", []), ("Unsure", ["Gus Guest"])]


def test_vote_may_change_until_the_poll_closes(poll, ada):
    poll.vote(0, by=ada)

    poll.vote(1, by=ada)

    assert said(poll) == [("Yes", []), ("No", ["Alice Berg"]), ("Unsure", [])]


def test_each_step_is_told_to_the_room_and_a_vote_that_changes_nothing_is_not(poll, ada):
    review = poll.point.review
    review.refresh_from_db()
    before = review.version
    poll.vote(0, by=ada)
    poll.vote(0, by=ada)
    poll.close()

    review.refresh_from_db()

    assert review.version == before + 2


def test_closed_poll_takes_no_vote_and_is_not_closed_twice(poll, ada):
    poll.close()

    with pytest.raises(PollClosed):
        poll.vote(0, by=ada)
    with pytest.raises(PollClosed):
        poll.close()

    assert not Vote.objects.exists()


def test_point_has_one_open_poll(poll, point, ada):
    with pytest.raises(PollOpen):
        Poll.objects.ask(point, "And now?", ["Go", "No-go"], by=ada)

    poll.close()
    Poll.objects.ask(point, "And now?", ["Go", "No-go"], by=ada)

    assert point.polls.count() == 2


@pytest.mark.parametrize(
    ("question", "choices", "field"),
    [
        ("", ["Yes", "No"], "question"),
        ("x" * 301, ["Yes", "No"], "question"),
        ("Ready?", ["Yes", "  "], "choices"),
        ("Ready?", list("abcdefg"), "choices"),
        ("Ready?", ["Yes", "yes"], "choices"),
        ("Ready?", ["Yes", "N\u202eo"], "choices"),
        ("Ready?", ["Yes", "x" * 81], "choices"),
    ],
)
def test_poll_that_asks_nothing_sensible_is_refused(point, ada, question, choices, field):
    with pytest.raises(Refused) as refusal:
        Poll.objects.ask(point, question, choices, by=ada)

    assert refusal.value.field == field


@pytest.mark.parametrize("choice", [-1, 3])
def test_vote_for_none_of_the_choices_is_refused(poll, ada, choice):
    with pytest.raises(Refused):
        poll.vote(choice, by=ada)


def test_review_that_is_over_takes_neither_poll_nor_vote(poll, point, ada):
    point.review.state = "ended"
    point.review.save()

    for verb in (lambda: poll.vote(0, by=ada), poll.close):
        with pytest.raises(ReviewNotSo):
            verb()
    with pytest.raises(ReviewNotSo):
        Poll.objects.ask(point, "Still?", ["Yes", "No"], by=ada)


@pytest.mark.django_db(transaction=True)
def test_two_votes_of_one_person_at_once_are_one_vote(audit, alice):
    point = running(audit, alice).points.first()
    ada = seat(point.review, alice)
    poll = Poll.objects.ask(point, "Ready?", ["Yes", "No"], by=ada)

    outcomes = at_once(*(lambda choice=choice: poll.vote(choice, by=ada) for choice in (0, 1) * 3))

    assert not refusals(outcomes)
    assert Vote.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_open_one_poll(audit, alice):
    point = running(audit, alice).points.first()
    ada = seat(point.review, alice)

    outcomes = at_once(*[lambda: Poll.objects.ask(point, "Ready?", ["Yes", "No"], by=ada)] * 4)

    assert refusals(outcomes) == [PollOpen] * 3
    assert point.polls.count() == 1
