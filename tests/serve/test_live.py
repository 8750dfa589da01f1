"""Streams of the real product: what is told, and who is let go."""

import pytest

from tests.serve.acting import Actor
from tests.serve.served import SLOWNESS, wait_for
from tests.serve.streaming import Stream

MOMENT = 5 * SLOWNESS


@pytest.fixture(scope="module")
def actor(house):
    actor = Actor(house.installation)
    yield actor
    actor.close()


@pytest.fixture
def staged(actor):
    return actor.do("stage", 3)


def look(house, staged, number=1, last="") -> Stream:
    path = f"/live/audits/{staged['audit']}/"
    stream = Stream(house.url, path, staged["sessions"][number], last)
    assert stream.status == 200
    stream.next("hello")
    return stream


def test_change_arrives_with_its_row_and_its_sentence(house, actor, staged):
    stream = look(house, staged)

    actor.do("write", staged["audit"], staged["users"][:1], 1)
    message = stream.next("changes", within=MOMENT)

    (event,) = message.data["events"]
    assert event["number"] == message.number == actor.do("events", staged["audit"])
    assert event["by"] == "Person 0"
    assert f'id="row-{event["answer"]}"' in message.data["html"]
    assert "CSRF-TOKEN-HERE" in message.data["html"]


def test_who_comes_back_has_what_they_missed_and_nothing_twice(house, actor, staged):
    stream = look(house, staged)
    actor.do("write", staged["audit"], staged["users"][:1], 1)
    seen = stream.next("changes").number
    stream.close()
    actor.do("write", staged["audit"], staged["users"][:1], 3)

    stream = look(house, staged, last=seen)

    numbers = [event["number"] for event in stream.next("changes").data["events"]]
    assert numbers == list(range(seen + 1, actor.do("events", staged["audit"]) + 1))


def test_who_missed_too_much_is_sent_to_read_the_page_anew(house, actor, staged):
    actor.do("write", staged["audit"], staged["users"], 30)

    stream = look(house, staged, last=1)

    message = stream.next("refetch")
    assert message.number == message.data["number"] == actor.do("events", staged["audit"])
    assert message.data["why"] == "many"


@pytest.mark.parametrize("last", ["12 monkeys", "999999", "-1", "9" * 40])
def test_number_that_never_was_leads_to_the_page_anew(house, actor, staged, last):
    stream = Stream(house.url, f"/live/audits/{staged['audit']}/", staged["sessions"][1], last)

    message = stream.next("refetch", "changes")

    assert message.data == {"number": actor.do("events", staged["audit"]), "why": "unknown"}


def test_without_a_session_the_answer_is_401_and_no_page_to_sign_in(house, staged):
    assert Stream(house.url, f"/live/audits/{staged['audit']}/").status == 401


def test_stranger_finds_nothing(house, actor, staged):
    stranger = actor.do("stage", 1)["sessions"][0]

    assert Stream(house.url, f"/live/audits/{staged['audit']}/", stranger).status == 404


LOSSES = {
    "removed": (lambda a, s: a.do("remove", s["audit"], s["users"][1]), "access"),
    "closed": (lambda a, s: a.do("deactivate", s["users"][1]), "access"),
    "signed out": (lambda a, s: a.do("sign_out", s["sessions"][1]), "session"),
    "expired": (lambda a, s: a.do("expire", s["sessions"][1]), "session"),
}


@pytest.mark.parametrize("how", LOSSES)
def test_who_may_look_no_longer_is_told_nothing_more(house, actor, staged, how):
    act, why = LOSSES[how]
    stream, other = look(house, staged), look(house, staged, 2)

    act(actor, staged)
    actor.do("write", staged["audit"], staged["users"][:1], 1)

    message = stream.next("gone", "changes", within=MOMENT)
    assert (message.event, message.data) == ("gone", {"why": why})
    assert stream.next() is None
    assert other.next("changes", within=MOMENT)


def test_who_may_only_look_from_now_on_reads_the_page_anew(house, actor, staged):
    stream = look(house, staged)

    actor.do("demote", staged["audit"], staged["users"][1])

    assert stream.next("refetch", within=MOMENT).data["why"] == "role"
    actor.do("write", staged["audit"], staged["users"][:1], 1)
    assert "CSRF-TOKEN-HERE" not in stream.next("changes", within=MOMENT).data["html"]


def test_company_is_told_as_it_comes_and_goes(house, staged):
    first = look(house, staged)
    second = look(house, staged, 2)

    message = first.next("presence", within=MOMENT)
    while "Person 2" not in message.data["html"]:
        message = first.next("presence", within=MOMENT)
    second.close()

    while "Person 2" in message.data["html"]:
        message = first.next("presence", within=MOMENT)
    assert "Person 1" in message.data["html"]


def test_room_shows_what_the_lead_shows_to_members_and_guests(house, actor, staged):
    review = actor.do("review", staged["audit"], staged["users"][0])
    _, session = actor.do("guest", review)
    path = f"/live/reviews/{review}/"
    rooms = [Stream(house.url, path, each) for each in (staged["sessions"][1], session)]
    for room in rooms:
        room.next("room")

    actor.do("show", review, staged["users"][0], 2)

    for room in rooms:
        message = room.next("room", within=MOMENT)
        while message.data["point"] is None:
            message = room.next("room", within=MOMENT)
        assert set(message.data["parts"]) >= {"room-head", "room-stage"}
    assert [entry[1] for entry in actor.do("attendances", review)] == [True, True]


def test_guest_whose_link_is_withdrawn_is_let_go_and_was_there_until_then(house, actor, staged):
    review = actor.do("review", staged["audit"], staged["users"][0])
    participant, session = actor.do("guest", review)
    room = Stream(house.url, f"/live/reviews/{review}/", session)
    room.next("room")

    actor.do("withdraw", participant)

    assert room.next("gone", within=MOMENT).data == {"why": "link"}
    assert room.next() is None
    wait_for(lambda: actor.do("attendances", review) == [["Gus Guest", False]], MOMENT)
