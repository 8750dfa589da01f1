"""The token of a link stays between whom it was sent to and the server, and ends in time."""

import logging
from io import StringIO

import pytest
from django.test import Client

from audits.models import Invitation
from tests.audits.views.markup import Page
from tests.security.invited import ACCOUNT, NEW, follow, newcomer


def test_page_behind_the_link_says_who_invites_to_what(way, invite):
    client, page = follow(invite())

    text = Page(client.get(page)).text
    assert f"Alice Berg invites {NEW} to the team Harbour , as editor" in text


def test_token_is_in_no_address_but_the_link_and_in_no_page(way, invite):
    link = invite()
    token = link.split("/")[-2]
    client, page = follow(link)

    response = client.get(page)

    assert token not in page
    assert token not in response.content.decode()


def test_link_is_told_to_no_page_that_comes_after_it_and_kept_by_no_cache(way, invite):
    response = Client().get(invite())

    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


def test_neither_the_session_nor_the_database_holds_the_token(way, invite):
    link = invite()
    client, _ = follow(link)

    assert link.split("/")[-2] not in str(dict(client.session))


def test_looking_uses_nothing_up(way, invite, harbour):
    link = invite()
    Client().head(link)
    for _ in range(3):
        follow(link)

    assert harbour.invitations.pending().exists()


def closed_by(verb: str, invitation: Invitation, alice) -> None:
    if verb == "withdrawn":
        invitation.withdraw(by=alice)
    elif verb == "declined":
        invitation.decline(by=None, key=invitation.key)
    elif verb == "expired":
        Invitation.objects.update(expires_at=invitation.created_at)
    else:
        invitation.accept(by=newcomer(), key=invitation.key)


@pytest.mark.parametrize("how", ["accepted", "declined", "withdrawn", "expired"])
@pytest.mark.parametrize("verb", ["", "accept/", "decline/", "account/"])
def test_closed_link_says_so(by_mail, invite, alice, how, verb):
    client, page = follow(invite())
    closed_by(how, Invitation.objects.get(), alice)

    response = client.post(page + verb, ACCOUNT) if verb else client.get(page)

    assert response.status_code == 410
    assert "This link leads nowhere any more" in Page(response).text
    assert how in Page(response).text


def test_old_link_dies_with_the_new_one_even_for_who_has_it_open(way, invite, alice):
    old = invite()
    client, page = follow(old)
    Invitation.objects.get().renew(by=alice, by_mail=True)

    statuses = [client.get(page).status_code, Client().get(old).status_code]

    assert statuses == [404, 404]


def test_made_up_links_are_answered_alike(way, invite):
    link = invite()
    token = link.split("/")[-2]
    wrong = link.replace(token, "x" * len(token))
    unknown = f"/invitations/00000000-0000-4000-8000-000000000000/link/{token}/"

    answers = [Client().get(address) for address in (wrong, unknown)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert Page(answers[0]).text == Page(answers[1]).text


def test_guessing_links_is_slowed_down_and_a_right_one_is_not(way, invite):
    link = invite()
    statuses = [Client().get(f"{link[:-4]}xxx/").status_code for _ in range(21)]

    assert (statuses[0], statuses[-1]) == (404, 429)
    assert Client().get(link).status_code == 302


def test_accounts_by_link_are_rationed_as_sign_ups_are(way, invite):
    client, page = follow(invite())

    statuses = [client.post(f"{page}account/", {}).status_code for _ in range(21)]

    assert (statuses[0], statuses[-1]) == (422, 429)


def test_log_holds_no_token(invite, by_mail, monkeypatch):
    """Not even when the server fails at the link itself."""
    link, log = invite(), StringIO()
    handlers = logging.getLogger("django.request").handlers
    handler = next(handler for handler in handlers if handler.name == "stderr")
    monkeypatch.setattr(handler, "stream", log)
    monkeypatch.setattr("audits.views.invited.key_of", lambda token: 1 / 0)

    Client(raise_request_exception=False).get(link)

    assert "Internal Server Error: /invitations/" in log.getvalue()
    assert link.split("/")[-2] not in log.getvalue()
