"""Owners invite people by address: so nobody may stand under an address that is not theirs."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from audits.models import User

PASSWORD = "a long walk by the harbour"
VICTIM = "ceo@harbour.example"
EMAIL = reverse("account_email")
RESET = reverse("account_reset_password")
SIGN_IN = reverse("account_login")


@pytest.fixture
def mallory(db) -> User:
    """Somebody who has proven no address yet."""
    return User.objects.create_user("mallory@reef.example", PASSWORD)


@pytest.fixture
def client(mallory) -> Client:
    client = Client()
    client.post(SIGN_IN, {"login": mallory.email, "password": PASSWORD})
    assert client.get("/").status_code == 200
    return client


def prove(user: User, email: str = "") -> None:
    EmailAddress.objects.update_or_create(
        user=user, email=email or user.email, defaults={"primary": True, "verified": True}
    )


def links_to(address: str, mailoutbox) -> list[str]:
    link = re.compile("http://testserver(/account/password/reset/key/\\S+)")
    return [
        found for mail in mailoutbox if address in mail.to for found in link.findall(mail.body)
    ]


def follow(link: str) -> Client:
    """Whoever reads the mail chooses a password."""
    client = Client()
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    return client


@pytest.mark.parametrize("then", ["action_primary", "action_remove"])
def test_member_who_proved_no_address_cannot_move_to_another(client, mallory, then):
    client.post(EMAIL, {"action_add": "", "email": VICTIM})
    client.post(EMAIL, {then: "", "email": VICTIM if "primary" in then else mallory.email})

    mallory.refresh_from_db()
    assert mallory.email == "mallory@reef.example"


def test_who_proved_no_address_is_told_to_prove_it_first(client):
    response = client.post(EMAIL, {"action_add": "", "email": VICTIM})

    assert "First confirm the address that you have" in response.content.decode()


@pytest.mark.parametrize("then", ["action_primary", "action_remove"])
def test_member_cannot_move_to_an_address_before_it_is_proven(client, mallory, then):
    prove(mallory)
    client.post(EMAIL, {"action_add": "", "email": VICTIM})
    client.post(EMAIL, {then: "", "email": VICTIM if "primary" in then else mallory.email})

    mallory.refresh_from_db()
    assert EmailAddress.objects.filter(email=VICTIM).exists()
    assert mallory.email == "mallory@reef.example"


def test_address_that_somebody_else_claims_is_free_for_an_account_of_its_own(client, mallory):
    prove(mallory)
    client.post(EMAIL, {"action_add": "", "email": VICTIM})

    assert not mallory.is_at(VICTIM)


def test_reset_mail_leads_to_no_account_that_only_claims_the_address(client, mallory, mailoutbox):
    prove(mallory)
    client.post(EMAIL, {"action_add": "", "email": VICTIM})
    victim = User.objects.create_user(VICTIM)
    Client().post(RESET, {"email": VICTIM})

    (link,) = links_to(VICTIM, mailoutbox)
    follow(link)

    victim.refresh_from_db()
    assert victim.check_password(PASSWORD)


def test_password_set_by_mail_proves_the_address(db, mailoutbox):
    User.objects.create_user("new@harbour.example")
    Client().post(RESET, {"email": "new@harbour.example"})

    follow(links_to("new@harbour.example", mailoutbox)[0])

    address = EmailAddress.objects.get(email="new@harbour.example")
    assert (address.verified, address.primary) == (True, True)


def test_password_set_by_mail_proves_no_address_that_another_account_has_proven(
    mallory, mailoutbox
):
    other = User.objects.create_user("new@harbour.example")
    prove(mallory, VICTIM)
    User.objects.filter(pk=other.pk).update(email=VICTIM)
    Client().post(RESET, {"email": VICTIM})

    for link in links_to(VICTIM, mailoutbox):
        follow(link)

    assert not EmailAddress.objects.filter(user=other, verified=True).exists()


@pytest.mark.parametrize("alike", ["mıke@harbour.example", "miſe@harbour.example"])
def test_address_of_letters_that_look_alike_is_another_person(db, alike):
    user = User.objects.create_user(alike)
    prove(user)

    assert not user.is_at(alike.replace("ı", "i").replace("ſ", "s"))
