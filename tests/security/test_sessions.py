import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from audits.models import User
from tests.audits.views.routes import FORMS, FREE_FORMS, OURS, REQUESTS, WRITES

PASSWORD = "a long walk by the harbour"
SIGN_IN = reverse("account_login")
SENDS = sorted((FORMS | FREE_FORMS | WRITES | REQUESTS | {"theme-set"}) & set(OURS))
ACCOUNT_FORMS = [
    "account_login",
    "account_signup",
    "account_logout",
    "account_email",
    "account_change_password",
    "account_reset_password",
    "account_reauthenticate",
    "mfa_login_webauthn",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_add_webauthn",
    "mfa_generate_recovery_codes",
]


@pytest.fixture
def person(db) -> User:
    return User.objects.create_user("ada@harbour.example", PASSWORD, name="Ada Park")


def sign_in(client: Client) -> Client:
    client.post(SIGN_IN, {"login": "ada@harbour.example", "password": PASSWORD})
    return client


def test_no_form_is_taken_from_another_site(things, alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    headers = {"Origin": "https://evil.example"}

    told = {name: client.post(things.address(name), headers=headers) for name in SENDS}

    assert {name: each.status_code for name, each in told.items()} == dict.fromkeys(SENDS, 403)


@pytest.mark.parametrize("name", ACCOUNT_FORMS)
def test_no_form_about_accounts_is_taken_from_another_site(person, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)

    response = client.post(reverse(name), headers={"Origin": "https://evil.example"})

    assert response.status_code == 403


def test_session_that_was_planted_is_not_the_one_of_who_signs_in(person):
    client = Client()
    client.cookies["sessionid"] = "planted0planted0planted0planted0"

    sign_in(client)

    assert client.cookies["sessionid"].value != "planted0planted0planted0planted0"
    assert client.get("/").status_code == 200


def test_session_ends_elsewhere_when_the_password_changes(person):
    here, elsewhere = sign_in(Client()), sign_in(Client())
    change = {"oldpassword": PASSWORD, "password1": PASSWORD + "!", "password2": PASSWORD + "!"}

    here.post(reverse("account_change_password"), change)

    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


def test_session_is_of_no_use_after_signing_out(person):
    client = sign_in(Client())
    stolen = client.cookies["sessionid"].value
    client.post(reverse("account_logout"))
    thief = Client()
    thief.cookies["sessionid"] = stolen

    assert thief.get("/").status_code == 302


def test_forged_forwarding_does_not_get_round_the_rate_limits(person):
    wrong = {"login": "nobody@harbour.example", "password": "wrong"}
    client = Client()

    statuses = [
        client.post(SIGN_IN, wrong, headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(31)
    ]

    assert statuses[-1] == 429


def test_rate_limits_are_not_flushed_by_many_guesses(person):
    cache.set("limit", 1)
    for number in range(2000):
        cache.set(f"guess-{number}", 1)

    assert cache.get("limit") == 1
