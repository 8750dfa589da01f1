"""Owners add members by address: so nobody may stand under an address that is not theirs."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from audits.models import Team, User

PASSWORD = "a long walk by the harbour"
VICTIM = "ceo@harbour.example"
EMAIL = reverse("account_email")
RESET = reverse("account_reset_password")
SIGN_IN = reverse("account_login")


@pytest.fixture
def harbour(db) -> Team:
    return Team.objects.found("Harbour", by=User.objects.create_user("alice@harbour.example"))


@pytest.fixture
def mallory(harbour) -> User:
    """A member who was added by address, and has proven none yet."""
    member = harbour.add_member("mallory@reef.example", "viewer")
    member.user.set_password(PASSWORD)
    member.user.save()
    return member.user


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


def test_address_that_somebody_else_claims_leads_to_an_account_of_its_own(
    client, mallory, harbour
):
    prove(mallory)
    client.post(EMAIL, {"action_add": "", "email": VICTIM})

    member = harbour.add_member(VICTIM, "owner")

    assert member.user != mallory


def test_reset_mail_leads_to_no_account_that_only_claims_the_address(
    client, mallory, harbour, mailoutbox
):
    prove(mallory)
    client.post(EMAIL, {"action_add": "", "email": VICTIM})
    victim = harbour.add_member(VICTIM, "owner").user
    Client().post(RESET, {"email": VICTIM})

    (link,) = links_to(VICTIM, mailoutbox)
    follow(link)

    victim.refresh_from_db()
    assert victim.check_password(PASSWORD)


def test_password_set_by_mail_proves_the_address(harbour, mailoutbox):
    harbour.add_member("new@harbour.example", "viewer")
    Client().post(RESET, {"email": "new@harbour.example"})

    follow(links_to("new@harbour.example", mailoutbox)[0])

    address = EmailAddress.objects.get(email="new@harbour.example")
    assert (address.verified, address.primary) == (True, True)


def test_password_set_by_mail_proves_no_address_that_another_account_has_proven(
    harbour, mallory, mailoutbox
):
    other = harbour.add_member("new@harbour.example", "viewer").user
    prove(mallory, VICTIM)
    User.objects.filter(pk=other.pk).update(email=VICTIM)
    Client().post(RESET, {"email": VICTIM})

    for link in links_to(VICTIM, mailoutbox):
        follow(link)

    assert not EmailAddress.objects.filter(user=other, verified=True).exists()


def test_who_is_added_keeps_no_password_that_a_stranger_chose(harbour):
    squatter = User.objects.create_user(VICTIM, PASSWORD)
    EmailAddress.objects.create(user=squatter, email=VICTIM, primary=True, verified=False)

    harbour.add_member(VICTIM, "owner")

    squatter.refresh_from_db()
    assert not squatter.has_usable_password()


@pytest.mark.parametrize("known", ["proven", "signed in"])
def test_who_is_added_keeps_a_password_of_their_own(harbour, client, mallory, known):
    if known == "proven":
        User.objects.filter(pk=mallory.pk).update(last_login=None)
        prove(mallory)

    harbour.memberships.get(user=mallory).end()
    harbour.add_member("MALLORY@reef.example", "viewer")

    mallory.refresh_from_db()
    assert mallory.check_password(PASSWORD)


@pytest.mark.parametrize("alike", ["mıke@harbour.example", "miſe@harbour.example"])
def test_address_of_letters_that_look_alike_is_another_person(harbour, alike):
    User.objects.create_user(alike)

    member = harbour.add_member(alike.replace("ı", "i").replace("ſ", "s"), "viewer")

    assert member.user.email.isascii()
