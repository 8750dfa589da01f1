"""Signing in with a passkey, and with a password where there is one."""

import json

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.urls import reverse
from fido2.utils import websafe_encode

from audits.models import User
from tests.audits.views.markup import Page
from tests.devices import Device, challenge_of

PASSWORD = "a long walk by the harbour"
SIGN_IN = reverse("account_login")
BY_PASSKEY = reverse("mfa_login_webauthn")
SECOND = reverse("mfa_authenticate")
JSON = {"Accept": "application/json"}


def person(name: str) -> User:
    return User.objects.create_user(f"{name.lower()}@harbour.example", PASSWORD, name=name)


@pytest.fixture
def alice(db) -> User:
    return person("Alice")


@pytest.fixture
def device(alice) -> Device:
    device = Device()
    device.give_to(alice)
    return device


def handle(user) -> str:
    """What a passkey says of whom it is for."""
    return websafe_encode(user_pk_to_url_str(user).encode())


def sign_in(client, **more):
    return client.post(SIGN_IN, {"login": "alice@harbour.example", "password": PASSWORD} | more)


def asked(client) -> str:
    answer = client.get(BY_PASSKEY, headers=JSON).json()
    return answer["request_options"]["publicKey"]["challenge"]


def use(client, device, user, **more):
    credential = json.loads(device.get(asked(client)))
    credential["response"]["userHandle"] = handle(user)
    return client.post(BY_PASSKEY, {"credential": json.dumps(credential)} | more)


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_passkey_signs_in(client, alice, device):
    response = use(client, device, alice)

    assert response["Location"] == "/"
    assert is_signed_in(client)


def test_passkey_leads_back_to_the_page_that_was_wanted(client, alice, device):
    response = use(client, device, alice, next="/teams/new/")

    assert response["Location"] == "/teams/new/"


def test_passkey_leads_to_no_other_site(client, alice, device):
    response = use(client, device, alice, next="https://evil.example/")

    assert response["Location"] == "/"


def test_session_that_was_planted_is_not_the_one_of_who_signs_in_by_passkey(client, alice, device):
    asked(client)
    planted = client.cookies["sessionid"].value

    use(client, device, alice)

    assert client.cookies["sessionid"].value != planted
    assert is_signed_in(client)


def test_passkey_signs_in_to_no_account_but_its_own(client, alice, device):
    bob = person("Bob")
    Device().give_to(bob)

    response = use(client, device, bob)

    assert response["Location"] == SIGN_IN
    assert not is_signed_in(client)


def test_passkey_that_takes_a_touch_from_anybody_does_not_sign_in(client, alice):
    device = Device(verifies=False)
    device.give_to(alice)

    use(client, device, alice)

    assert not is_signed_in(client)


def test_copy_of_a_passkey_does_not_sign_in(client, alice):
    device = Device(counter=7)
    device.give_to(alice)
    use(client, device, alice)
    client.logout()
    device.counter = 7

    response = use(client, device, alice)

    assert "There is a copy of this passkey" in Page(client.get(response["Location"])).text
    assert not is_signed_in(client)


def test_passkey_of_an_account_that_was_shut_does_not_sign_in(client, alice, device):
    User.objects.update(is_active=False)

    use(client, device, alice)

    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "credential", ["", "x", "1", "[]", "{}", "[" * 19_000, '{"id": "eA", "rawId": "eA"}']
)
@pytest.mark.parametrize("url", [BY_PASSKEY, SECOND])
def test_what_is_no_passkey_does_not_sign_in_and_fails_calmly(
    client, alice, device, url, credential
):
    asked(client)
    sign_in(client)

    response = client.post(url, {"credential": credential})

    assert response.status_code in (200, 302)
    assert not is_signed_in(client)


def test_challenges_for_strangers_are_rationed(client, db):
    statuses = [client.get(BY_PASSKEY, headers=JSON).status_code for _ in range(31)]

    assert statuses[0] == 200
    assert statuses[-1] == 429


def test_password_alone_does_not_sign_in_to_an_account_with_a_passkey(client, alice, device):
    response = sign_in(client)

    assert response["Location"] == SECOND
    assert not is_signed_in(client)
    assert client.get("/").status_code == 302


def test_password_and_passkey_sign_in(client, alice, device):
    sign_in(client, next="/teams/new/")
    challenge = challenge_of(client.get(SECOND))

    response = client.post(SECOND, {"credential": device.get(challenge)})

    assert response["Location"] == "/teams/new/"
    assert is_signed_in(client)


def test_recovery_code_lets_in_once(client, alice, device):
    code = RecoveryCodes.activate(alice).get_unused_codes()[0]
    sign_in(client)
    client.post(SECOND, {"code": code})
    first = is_signed_in(client)
    client.logout()
    sign_in(client)

    client.post(SECOND, {"code": code})

    assert first
    assert not is_signed_in(client)


def test_guessing_recovery_codes_is_stopped(client, alice, device):
    code = RecoveryCodes.activate(alice).get_unused_codes()[0]
    sign_in(client)
    for _ in range(5):
        client.post(SECOND, {"code": "00000000"})

    response = client.post(SECOND, {"code": code})

    assert "Too many failed login attempts" in Page(response).text
    assert not is_signed_in(client)
