"""Nobody proves to be somebody else: tried on the form that closes an account."""

import json

import pytest
import time_machine

from tests.audits.views.markup import Page
from tests.devices import Device
from tests.proving import challenge, is_proven, send


def test_passkey_of_somebody_else_is_refused(client, person, device, noor):
    theirs = Device()
    theirs.give_to(noor)

    send(client, credential=theirs.get(challenge(client)))

    assert not is_proven(person)


def test_challenge_of_somebody_else_is_refused(client, browser, person, device, noor):
    Device().give_to(noor)

    challenge(client)
    send(client, credential=device.get(challenge(browser(noor))))

    assert not is_proven(person)


def test_passkey_that_nothing_was_asked_of_is_refused(client, person, device):
    send(client, credential=device.get("A" * 43))

    assert not is_proven(person)


def test_challenge_is_good_for_five_minutes(client, person, device):
    with time_machine.travel("2026-11-21 12:00:00Z", tick=False) as clock:
        client.force_login(person)
        credential = device.get(challenge(client))
        clock.shift(301)
        response = send(client, credential=credential)

    assert "it took longer than five minutes" in Page(response).text
    assert not is_proven(person)


def test_answer_is_good_once(client, person, device, only_owner):
    credential = device.get(challenge(client))
    first = send(client, credential=credential)

    second = send(client, credential=credential)

    assert first.context["form"].method == "passkey"
    assert second.context["form"].method is None


def test_answer_is_good_once_for_requests_at_the_same_moment(client, person, device, only_owner):
    credential = device.get(challenge(client))
    session = client.session
    asked = session["proof"]
    first = send(client, credential=credential)
    session["proof"] = asked  # as the second of them has read it
    session.save()

    second = send(client, credential=credential)

    assert first.context["form"].method == "passkey"
    assert second.context["form"].method is None


def test_newer_challenge_voids_the_one_before(client, person, device):
    first = challenge(client)
    challenge(client)

    send(client, credential=device.get(first))

    assert not is_proven(person)


def test_passkey_that_takes_a_touch_from_anybody_is_refused(client, person):
    device = Device(verifies=False)
    device.give_to(person)

    send(client, credential=device.get(challenge(client)))

    assert not is_proven(person)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://testserver"])
def test_passkey_that_was_used_elsewhere_is_refused(client, person, device, origin):
    device.origin = origin

    send(client, credential=device.get(challenge(client)))

    assert not is_proven(person)


def test_passkey_of_another_host_is_refused(client, person):
    device = Device("evil.example")
    device.give_to(person)
    device.origin = "https://testserver"

    send(client, credential=device.get(challenge(client)))

    assert not is_proven(person)


def test_copy_of_a_passkey_is_noticed_by_its_counter(client, person):
    device = Device(counter=7)
    device.give_to(person)
    device.counter = 6

    send(client, credential=device.get(challenge(client)))

    assert not is_proven(person)


def test_counter_of_a_passkey_is_kept(client, person, only_owner):
    device = Device(counter=7)
    device.give_to(person)

    send(client, credential=device.get(challenge(client)))

    assert person.authenticator_set.get().data["counter"] == 8


BROKEN = {
    "no JSON": "a passkey",
    "a number": "1",
    "a list": "[]",
    "a word": '"x"',
    "nothing in it": "{}",
    "deep": "[" * 19_000,
    "too long": json.dumps({"id": "x" * 20_001}),
    "a null": "\0",
}


@pytest.mark.parametrize("credential", BROKEN.values(), ids=BROKEN)
def test_what_is_no_passkey_is_refused_calmly(client, person, device, credential):
    challenge(client)

    response = send(client, credential=credential)

    assert response.status_code == 422
    assert not is_proven(person)


@pytest.mark.parametrize("part", ["id", "rawId", "type", "response", "clientExtensionResults"])
@pytest.mark.parametrize("value", [None, 1, "", "x", "*", [], {}])
def test_passkey_with_a_damaged_part_is_no_proof_and_no_failure(
    client, person, device, part, value
):
    harmless = {"id", "type", "clientExtensionResults"}
    credential = json.loads(device.get(challenge(client)))
    credential[part] = value

    response = send(client, credential=json.dumps(credential))

    assert response.status_code in (302, 422)
    assert not is_proven(person) or part in harmless


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("value", [None, 1, "", "x", "*", "AAAA", [], {}, "W10", "MQ"])
def test_passkey_with_a_damaged_answer_is_refused(client, person, device, part, value):
    credential = json.loads(device.get(challenge(client)))
    credential["response"][part] = value

    response = send(client, credential=json.dumps(credential))

    assert response.status_code == 422
    assert not is_proven(person)
