import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from audits.models import User
from tests.audits.views.markup import Page

PASSWORD = "a long walk by the harbour"
SIGN_IN = reverse("account_login")
SIGN_UP = reverse("account_signup")
RESET = reverse("account_reset_password")
NEWCOMER = {
    "name": "Ada Park",
    "email": "ada@harbour.example",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


@pytest.fixture
def alice(db) -> User:
    return User.objects.create_user("alice@harbour.example", PASSWORD, name="Alice Berg")


def sign_in(client, email="alice@harbour.example", password=PASSWORD, **more):
    return client.post(SIGN_IN, {"login": email, "password": password} | more)


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_sign_in_leads_home(client, alice):
    response = sign_in(client)

    assert response["Location"] == "/"
    assert is_signed_in(client)


@pytest.mark.parametrize("email", ["ALICE@Harbour.example", " alice@harbour.example "])
def test_address_may_be_written_as_people_write_it(client, alice, email):
    sign_in(client, email)

    assert is_signed_in(client)


def test_sign_in_leads_back_to_the_page_that_was_wanted(client, alice):
    wanted = "/audits/new/?project=1"
    page = Page(client.get(client.get(wanted)["Location"]))

    response = sign_in(client, next=page.value("next"))

    assert response["Location"] == wanted


@pytest.mark.parametrize(
    "goal", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_sign_in_leads_to_no_other_site(client, alice, goal):
    response = sign_in(client, next=goal)

    assert response["Location"] == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [("alice@harbour.example", "wrong"), ("nobody@harbour.example", PASSWORD)],
)
def test_wrong_password_and_unknown_address_are_told_apart_by_nobody(
    client, alice, email, password
):
    response = sign_in(client, email, password)

    assert "The email address and/or password you specified are not correct." in (
        Page(response).text
    )
    assert not is_signed_in(client)


def test_account_without_a_password_is_not_signed_in_to(client, db):
    User.objects.create_user("new@harbour.example")

    sign_in(client, "new@harbour.example", "")

    assert not is_signed_in(client)


def test_account_that_was_shut_is_not_signed_in_to(client, alice):
    User.objects.update(is_active=False)

    sign_in(client)

    assert not is_signed_in(client)


def test_session_ends_at_once_when_the_account_is_shut(client, alice):
    sign_in(client)
    User.objects.update(is_active=False)

    response = client.get("/")

    assert response.status_code == 302


def test_guessing_passwords_is_stopped(client, alice):
    for _ in range(5):
        sign_in(client, password="wrong")

    response = sign_in(client)

    assert "Too many failed login attempts. Try again later." in Page(response).text
    assert not is_signed_in(client)


def test_sign_in_from_one_address_is_slowed_down(client, db):
    statuses = [sign_in(client, f"u{number}@harbour.example").status_code for number in range(31)]

    assert statuses[-1] == 429
    assert statuses[0] == 200


def test_sign_out_takes_a_form(client, alice):
    sign_in(client)
    client.get(reverse("account_logout"))
    assert is_signed_in(client)

    response = client.post(reverse("account_logout"))

    assert response["Location"] == SIGN_IN
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("who", "accounts", "is_open"),
    [
        ("first", 0, True),
        ("first", 1, False),
        ("open", 1, True),
        ("closed", 0, False),
        ("closed", 1, False),
    ],
)
def test_sign_up_is_for_whom_the_operator_says(client, db, settings, who, accounts, is_open):
    settings.SIGN_UP = who
    for number in range(accounts):
        User.objects.create_user(f"u{number}@harbour.example")

    client.post(SIGN_UP, NEWCOMER)

    assert User.objects.filter(email=NEWCOMER["email"]).exists() is is_open


def test_who_cannot_sign_up_is_told_how_to_get_in(client, alice):
    page = Page(client.get(SIGN_UP))

    assert "Accounts are made by invitation" in page.text
    assert {RESET, SIGN_IN} <= set(page.links())


def test_newcomer_is_signed_in_with_the_name_that_reports_will_carry(client, db):
    client.post(SIGN_UP, NEWCOMER | {"name": "  Ada\u2028 Park "})

    assert User.objects.get().name == "Ada Park"
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "x" * 151},
        {"name": "a\x00"},
        {"email": "ada"},
        {"email": ""},
        {"password1": "harbour", "password2": "harbour"},
        {"password1": "1234567890", "password2": "1234567890"},
        {"password2": "another walk by the harbour"},
    ],
)
def test_account_wants_a_name_an_address_and_a_good_password(client, db, change):
    response = client.post(SIGN_UP, NEWCOMER | change)

    assert "There is a problem" in Page(response).text
    assert not User.objects.exists()


@pytest.mark.parametrize("email", ["alice@harbour.example", "nobody@harbour.example"])
def test_password_reset_says_the_same_of_every_address(client, alice, email):
    response = client.post(RESET, {"email": email}, follow=True)

    assert response.redirect_chain == [(reverse("account_reset_password_done"), 302)]
    assert [str(message) for message in get_messages(response.wsgi_request)] == []
    assert email not in Page(response).text


def test_password_reset_sends_a_link_to_an_account_and_none_to_others(client, alice, mailoutbox):
    client.post(RESET, {"email": "alice@harbour.example"})
    client.post(RESET, {"email": "nobody@harbour.example"})

    links = {mail.to[0]: re.findall("http://testserver(\\S+)", mail.body) for mail in mailoutbox}
    assert any("/password/reset/key/" in link for link in links["alice@harbour.example"])
    assert not any("/key/" in link for link in links["nobody@harbour.example"])


def test_mails_of_password_resets_are_rationed(client, alice, mailoutbox):
    for _ in range(8):
        response = client.post(RESET, {"email": "alice@harbour.example"})

    assert response.status_code == 429
    assert len(mailoutbox) <= 5


def test_account_without_a_password_gets_one_by_mail(client, db, mailoutbox):
    User.objects.create_user("new@harbour.example")
    client.post(RESET, {"email": "new@harbour.example"})
    link = re.search("http://testserver(/account/password/reset/key/\\S+)", mailoutbox[0].body)[1]
    form = client.get(link, follow=True).redirect_chain[-1][0]

    client.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    sign_in(client, "new@harbour.example")

    assert is_signed_in(client)


@pytest.mark.parametrize("key", ["x-y", "1-set-password", "9" * 200 + "-x"])
def test_link_that_was_never_sent_sets_no_password(client, alice, key):
    response = client.get(f"/account/password/reset/key/{key}/", follow=True)

    assert response.status_code == 200
    assert not Page(response).all("input", name="password1")
