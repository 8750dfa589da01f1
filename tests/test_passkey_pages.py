"""The pages where people keep their passkeys and recovery codes."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.urls import reverse

from audits.models import User
from tests.audits.views.markup import Page
from tests.devices import Device, challenge_of

PASSWORD = "a long walk by the harbour"
HOME = reverse("mfa_index")
ADD = reverse("mfa_add_webauthn")


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


@pytest.fixture
def confirmed(client, alice):
    """Alice's browser, where she has just said her password again."""
    client.force_login(alice)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def add(client, device, name="Phone"):
    challenge = challenge_of(client.get(ADD), "creation_options")
    return client.post(ADD, {"name": name, "credential": device.create(challenge)})


@pytest.mark.parametrize(
    "name", ["mfa_add_webauthn", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"]
)
def test_unlocked_screen_is_not_enough_to_change_how_one_signs_in(client, alice, device, name):
    RecoveryCodes.activate(alice)
    client.force_login(alice)

    response = client.get(reverse(name))

    assert response["Location"].startswith(reverse("account_reauthenticate"))


@pytest.mark.parametrize("name", ["mfa_edit_webauthn", "mfa_remove_webauthn"])
def test_unlocked_screen_is_not_enough_to_change_a_passkey(client, alice, device, name):
    client.force_login(alice)

    client.post(reverse(name, args=[alice.authenticator_set.get().pk]), {"name": "Mine now"})

    assert str(alice.authenticator_set.get()) == "Laptop"


def test_passkey_confirms_in_place_of_the_password(client, alice, device):
    client.force_login(alice)
    url = reverse("mfa_reauthenticate_webauthn")
    challenge = challenge_of(client.get(f"{url}?next={ADD}"))

    response = client.post(url, {"credential": device.get(challenge), "next": ADD})

    assert response["Location"] == ADD


def test_first_passkey_brings_recovery_codes(confirmed, alice):
    response = add(confirmed, Device())

    page = Page(confirmed.get(response["Location"]))
    codes = alice.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()
    assert {str(passkey) for passkey in alice.authenticator_set.all()} == {
        "Phone",
        "Recovery codes",
    }
    assert all(code in page.text for code in codes)


def test_passkey_that_takes_a_touch_from_anybody_is_not_added(confirmed, alice):
    add(confirmed, Device(verifies=False))

    assert not alice.authenticator_set.exists()


@pytest.mark.parametrize("credential", ["", "x", "{}", '{"id": "eA", "rawId": "eA"}'])
def test_what_is_no_passkey_is_not_added(confirmed, alice, credential):
    confirmed.get(ADD)

    response = confirmed.post(ADD, {"name": "Phone", "credential": credential})

    assert "There is a problem" in Page(response).text
    assert not alice.authenticator_set.exists()


def test_passkey_is_not_added_twice_with_one_challenge(confirmed, alice):
    challenge = challenge_of(confirmed.get(ADD), "creation_options")
    for device in (Device(), Device()):
        confirmed.post(ADD, {"name": "Phone", "credential": device.create(challenge)})

    assert alice.authenticator_set.filter(type="webauthn").count() == 1


def test_account_has_at_most_twenty_passkeys(confirmed, alice):
    for _ in range(20):
        Device().give_to(alice)

    response = add(confirmed, Device())

    assert "You have 20 passkeys" in Page(response).text
    assert alice.authenticator_set.count() == 20


def test_name_that_does_not_fit_a_line_is_refused(confirmed, alice):
    add(confirmed, Device(), name="x" * 61)

    assert not alice.authenticator_set.exists()


def test_passkeys_are_listed_with_what_they_were_used_for(confirmed, alice, device):
    Device().give_to(alice, "<b>Phone</b>")

    response = confirmed.get(reverse("mfa_list_webauthn"), follow=True)

    assert "Laptop added" in Page(response).text
    assert "&lt;b&gt;Phone&lt;/b&gt;" in response.content.decode()


def test_list_shows_no_recovery_code(client, alice, device):
    codes = RecoveryCodes.activate(alice)
    client.force_login(alice)

    content = client.get(HOME).content.decode()

    assert "10 of 10 are left" in content
    assert not any(code in content for code in codes.get_unused_codes())
    assert codes.instance.data["seed"] not in content


def test_passkey_is_renamed(confirmed, alice, device):
    passkey = alice.authenticator_set.get()

    response = confirmed.post(
        reverse("mfa_edit_webauthn", args=[passkey.pk]), {"name": "Key ring"}
    )

    passkey.refresh_from_db()
    assert response["Location"] == reverse("mfa_list_webauthn")
    assert str(passkey) == "Key ring"


def test_with_the_last_passkey_the_recovery_codes_go(confirmed, alice, device):
    RecoveryCodes.activate(alice)
    passkey = alice.authenticator_set.get(type="webauthn")

    confirmed.post(reverse("mfa_remove_webauthn", args=[passkey.pk]))

    assert not alice.authenticator_set.exists()


@pytest.mark.parametrize("name", ["mfa_edit_webauthn", "mfa_remove_webauthn"])
def test_passkey_of_somebody_else_is_out_of_reach(confirmed, name):
    Device().give_to(person("Bob"), "Bob's")

    response = confirmed.post(
        reverse(name, args=[Authenticator.objects.get().pk]), {"name": "Mine now"}
    )

    assert response.status_code == 404
    assert str(Authenticator.objects.get()) == "Bob's"
