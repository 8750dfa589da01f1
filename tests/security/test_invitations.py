"""A link lets one person in: whoever has its token and is at the invited address."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from audits.models import User
from tests.audits.views.markup import Page
from tests.security.invited import ACCOUNT, NEW, PASSWORD, follow, newcomer

HOME = reverse("project-list")


def test_invited_person_accepts(way, invite, harbour):
    user = newcomer()
    client, page = follow(invite(role="viewer"), user)

    response = client.post(f"{page}accept/", follow=True)

    assert "Welcome to Harbour: you are viewer now." in Page(response).text
    assert harbour.memberships.get(user=user).role == "viewer"


def test_invited_person_declines(way, invite, harbour):
    user = newcomer()
    client, page = follow(invite(), user)

    response = client.post(f"{page}decline/")

    assert "You declined" in Page(response).text
    assert not harbour.members.filter(pk=user.pk).exists()


def test_who_has_no_account_declines_too(way, invite, harbour):
    client, page = follow(invite())

    client.post(f"{page}decline/")

    assert str(harbour.events.first()) == f"{NEW} declined the invitation as editor"


def test_somebody_else_cannot_use_the_link(way, invite, harbour, mallory):
    client, page = follow(invite(), mallory)

    shown = Page(client.get(page))
    answers = [client.post(f"{page}{verb}/").status_code for verb in ("accept", "decline")]

    assert f"this invitation is for {NEW}" in shown.text
    assert answers == [403, 403]
    assert not harbour.members.filter(pk=mallory.pk).exists()


def test_somebody_else_who_claims_the_address_cannot_either(way, invite, harbour, mallory):
    EmailAddress.objects.create(user=mallory, email=NEW, verified=False)
    client, page = follow(invite(), mallory)

    assert client.post(f"{page}accept/").status_code == 403
    assert not harbour.members.filter(pk=mallory.pk).exists()


def test_account_under_the_address_is_of_no_use_without_the_link(way, invite, harbour):
    squatter = User.objects.create_user(NEW, PASSWORD)
    link = invite()
    client = Client()
    client.force_login(squatter)
    page = reverse("invitation-detail", args=[link.split("/")[2]])

    statuses = [client.get(page).status_code, client.post(f"{page}accept/").status_code]

    assert statuses == [404, 404]
    assert not harbour.members.filter(pk=squatter.pk).exists()


def test_account_is_changed_without_losing_the_link(way, invite, mallory):
    client, page = follow(invite(), mallory)

    response = client.post(f"{page}leave/", follow=True)

    assert "_auth_user_id" not in client.session
    assert "Sign in as" in Page(response).text


@pytest.mark.parametrize("sign_up", ["closed", "first", "open"])
def test_who_follows_a_mail_makes_an_account_and_is_in(
    by_mail, invite, harbour, settings, sign_up
):
    settings.SIGN_UP = sign_up
    client, page = follow(invite())

    response = client.post(f"{page}account/", ACCOUNT)

    user = harbour.members.get(email=NEW)
    assert response["Location"] == HOME
    assert client.session["_auth_user_id"] == str(user.pk)
    assert EmailAddress.objects.get(user=user).verified


def test_account_is_for_the_invited_address_whatever_is_sent(by_mail, invite):
    client, page = follow(invite())

    client.post(f"{page}account/", ACCOUNT | {"email": "ceo@harbour.example"})

    assert not User.objects.filter(email="ceo@harbour.example").exists()


def test_account_made_by_a_handed_link_is_not_proven_and_signs_in_first(by_hand, invite, harbour):
    client, page = follow(invite())
    response = client.post(f"{page}account/", ACCOUNT)
    assert "_auth_user_id" not in client.session

    client.post(response["Location"], {"login": NEW, "password": PASSWORD, "next": page})
    client.post(f"{page}accept/")

    assert harbour.members.filter(email=NEW).exists()
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_handed_link_tells_nobody_whether_there_is_an_account(by_hand, invite):
    """Its sender may be the one who follows it."""
    known, unknown = (follow(invite(email)) for email in ("known@x.example", "unknown@x.example"))
    User.objects.create_user("known@x.example", "something else entirely")

    pages = [
        client.post(f"{page}account/", ACCOUNT, follow=True) for client, page in (known, unknown)
    ]

    texts = [Page(page).text.replace("unknown@", "known@") for page in pages]
    assert texts[0] == texts[1]
    assert "Sign in as known@x.example to go on" in texts[0]


def test_handed_link_sets_no_password_of_an_account_that_is_there(by_hand, invite, harbour):
    """Not even of one that waits for its owner, and is a member of another team perhaps."""
    waiting = User.objects.create_user(NEW)
    client, page = follow(invite())

    client.post(f"{page}account/", ACCOUNT)

    waiting.refresh_from_db()
    assert not waiting.has_usable_password()


def test_mailed_link_sets_no_password_of_an_account_that_is_there(by_mail, invite):
    user = newcomer()
    client, page = follow(invite())

    response = client.post(f"{page}account/", ACCOUNT | {"name": "Somebody else"})

    user.refresh_from_db()
    assert response.status_code == 422
    assert "There is an account for this address already." in Page(response).text
    assert user.name == "New Person"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"password1": "harbour", "password2": "harbour"},
        {"password2": "another walk"},
    ],
)
def test_account_wants_a_name_and_a_good_password(way, invite, change):
    client, page = follow(invite())

    response = client.post(f"{page}account/", ACCOUNT | change)

    assert response.status_code == 422
    assert "There is a problem" in Page(response).text
    assert not User.objects.filter(email=NEW).exists()
