"""Proving who one is, on the form that closes an account."""

import pytest
from django.urls import reverse

from audits.models import User
from tests.devices import Device

PASSWORD = "a long walk by the harbour"
CLOSE = reverse("user-close")
CHALLENGE = reverse("proof-challenge")


@pytest.fixture
def person(client, ed) -> User:
    """Ed, who has a password and is signed in."""
    ed.set_password(PASSWORD)
    ed.save()
    client.force_login(ed)
    return ed


@pytest.fixture
def device(person) -> Device:
    device = Device()
    device.give_to(person)
    return device


@pytest.fixture
def only_owner(person, harbour) -> None:
    """Whose account cannot be closed, however well they prove who they are."""
    harbour.memberships.filter(user=person).update(role="owner")
    harbour.memberships.exclude(user=person).delete()


def challenge(client) -> str:
    return client.get(CHALLENGE).json()["request_options"]["publicKey"]["challenge"]


def send(client, **fields):
    return client.post(CLOSE, fields)


def is_proven(person) -> bool:
    return not User.objects.get(pk=person.pk).is_active
