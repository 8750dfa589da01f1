import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.audits.conftest import *  # noqa: F403
from tests.audits.views.conftest import device, only_owner, person, rung, things
from tests.security.invited import NEW

__all__ = [
    "device",
    "only_owner",
    "person",
    "rung",
    "things",
]


@pytest.fixture(params=["by mail", "by hand"])
def way(request, settings) -> str:
    settings.MAIL_IS_SENT = request.param == "by mail"
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory" if settings.MAIL_IS_SENT else "optional"
    return request.param


@pytest.fixture
def by_mail(settings) -> None:
    settings.MAIL_IS_SENT = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


@pytest.fixture
def by_hand(settings) -> None:
    settings.MAIL_IS_SENT = False


@pytest.fixture
def invite(harbour, alice, mailoutbox):
    """`invite(address)`: the path of the link, as mail or page gave it."""

    def send(email=NEW, role="editor") -> str:
        owner = Client()
        owner.force_login(alice)
        url = reverse("invitation-list", args=[harbour.pk])
        page = owner.post(url, {"emails": email, "role": role})
        text = mailoutbox[-1].body if mailoutbox else page.content.decode()
        return re.search(r"http://testserver(/invitations/\S+?/link/[\w-]+/)", text)[1]

    return send
