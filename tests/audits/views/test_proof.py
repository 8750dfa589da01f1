"""Whoever signs shows once more who they are: tried on the form that closes an account."""

import json

import pytest
from django.urls import reverse

from tests.audits.views.markup import Page
from tests.proving import CHALLENGE, CLOSE, PASSWORD, challenge, is_proven, send


def test_password_proves(client, person):
    send(client, password=PASSWORD)

    assert is_proven(person)


def test_passkey_proves_in_place_of_the_password(client, person, device):
    send(client, password="", credential=device.get(challenge(client)))

    assert is_proven(person)


def test_use_of_a_passkey_is_noted(client, person, device, only_owner):
    send(client, credential=device.get(challenge(client)))

    assert person.authenticator_set.get().last_used_at


@pytest.mark.parametrize("fields", [{}, {"password": ""}, {"password": "wrong"}])
def test_without_a_proof_nothing_is_done(client, person, device, fields):
    response = send(client, **fields)

    assert response.status_code == 422
    assert not is_proven(person)


def test_wrong_proofs_are_rationed(client, person, device):
    for _ in range(5):
        send(client, password="wrong")

    response = send(client, password=PASSWORD)

    assert "Too many wrong passwords or passkeys" in Page(response).text
    assert not is_proven(person)


def test_wrong_passkeys_count_as_wrong_passwords_do(client, person, device):
    for _ in range(5):
        send(client, credential=device.get("A" * 43))

    send(client, credential=device.get(challenge(client)))

    assert not is_proven(person)


def test_right_proof_clears_the_count(client, person, device, only_owner):
    for password in ["wrong", "wrong", PASSWORD] * 3:
        response = send(client, password=password)

    assert response.context["form"].method == "password"


def test_another_person_is_not_slowed_down(client, browser, person, noor):
    noor.set_password(PASSWORD)
    noor.save()
    for _ in range(6):
        send(client, password="wrong")

    send(browser(noor), password=PASSWORD)

    assert is_proven(noor)


def test_neither_password_nor_passkey_is_sent_back(client, person, device):
    credential = device.get("A" * 43)

    response = send(client, password="not it, yet close", credential=credential)

    assert "not it, yet close" not in response.content.decode()
    assert json.loads(credential)["response"]["signature"] not in response.content.decode()


def test_no_password_gets_into_the_log(client, person, caplog):
    caplog.set_level("DEBUG")

    send(client, password="not it, yet close")

    assert "not it, yet close" not in caplog.text


def test_password_is_all_that_is_asked_without_passkeys(client, person):
    page = Page(client.get(CLOSE))

    assert page.all("input", name="password", autocomplete="current-password")
    assert not page.all("button", type="button", **{"data-challenge": CHALLENGE})


def test_passkey_is_offered_to_who_has_one(client, person, device):
    page = Page(client.get(CLOSE))

    assert page.all("button", type="button", **{"data-challenge": CHALLENGE})


def test_who_has_neither_is_told_what_to_do(client, person):
    person.set_unusable_password()
    person.save()
    client.force_login(person)

    response = send(client, password="")

    page = Page(response)
    assert "You have neither a password nor a passkey" in page.text
    assert reverse("account_change_password") in page.links()


def test_passkey_alone_is_enough(client, person, device):
    person.set_unusable_password()
    person.save()
    client.force_login(person)

    send(client, credential=device.get(challenge(client)))

    assert is_proven(person)


def test_nothing_is_asked_of_who_has_no_passkey(client, person):
    assert client.get(CHALLENGE).status_code == 404


def test_challenge_is_for_who_is_signed_in(db, client):
    client.logout()

    assert client.get(CHALLENGE).status_code == 302


def test_challenge_is_not_kept_by_any_cache(client, person, device):
    assert "no-store" in client.get(CHALLENGE)["Cache-Control"]


def test_closed_account_has_no_passkeys(client, person, device):
    send(client, password=PASSWORD)

    assert not person.authenticator_set.exists()
