"""A guest's link lets one person into one review, as long as it holds."""

import datetime as dt
import logging
import uuid

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audits.models import Participant
from audits.models.participants import SIGNED
from config.logs import WithoutTokens
from tests.audits.everything import everything
from tests.audits.reviewing import planned
from tests.audits.views.markup import Page


@pytest.fixture
def review(audit, ed):
    return planned(audit, ed)


@pytest.fixture
def gus(review, ed):
    return Participant.objects.invite_guest(
        review, name="Gus Guest", email="gus@partner.example", by=ed
    )


def link_of(token: str) -> str:
    return reverse("guest-link", args=[token])


def page_of(review) -> str:
    return reverse("guest-review", args=[review.pk])


def join(guest, client: Client | None = None) -> Client:
    client = client or Client()
    assert client.post(link_of(guest.token)).status_code == 302
    return client


def test_opening_a_link_changes_nothing_and_joins_nobody(gus, review):
    client = Client()
    before = everything()

    response = client.get(link_of(gus.token))
    client.head(link_of(gus.token))

    assert "Join as Gus Guest" in Page(response).text
    assert everything() == before
    assert not client.session.items()
    assert client.get(page_of(review)).status_code == 302


def test_who_joins_sees_the_review_under_their_name(gus, review):
    client = join(gus)

    page = Page(client.get(page_of(review)))

    assert "Gus Guest" in page.text
    assert review.title in page.text
    assert "Sign in" not in page.text


def test_who_joins_while_it_runs_is_led_into_the_room(gus, review, ed):
    review.start(by=ed)

    response = Client().post(link_of(gus.token))

    assert response["Location"] == reverse("room", args=[review.pk])


def test_a_member_who_opens_a_guests_link_comes_as_a_member(gus, review, vic, browser):
    client = browser(vic)

    for response in (client.get(link_of(gus.token)), client.post(link_of(gus.token))):
        assert response["Location"] == review.get_absolute_url()
    assert "guest" not in client.session


def test_the_session_before_is_not_the_one_after(gus):
    """Whoever had planted it would be in with it."""
    client = Client()
    session = client.session
    session["theme"] = "x"
    session.save()
    planted = session.session_key

    join(gus, client)

    assert client.session.session_key != planted
    assert not client.session.exists(planted)


def test_no_page_tells_the_token_to_another(gus, review):
    client = Client()

    for method in (client.get, client.post):
        response = method(link_of(gus.token))
        assert response["Referrer-Policy"] == "strict-origin"
        assert "no-store" in response["Cache-Control"]
    assert gus.token not in client.get(page_of(review)).content.decode()
    assert gus.token not in str(dict(client.session))


def test_nothing_that_is_stored_holds_the_token(gus):
    assert gus.token not in str(everything())


def test_no_line_of_the_log_holds_it(gus):
    line = f"GET {link_of(gus.token)} HTTP/1.1"
    record = logging.LogRecord("x", logging.INFO, "", 0, "%s 404", (line,), None)

    WithoutTokens().filter(record)

    assert gus.token not in record.getMessage()


def forged(gus) -> dict[str, str]:
    right = gus.token
    payload, signature = right.rsplit(":", 1)
    other_salt = signing.Signer(salt="another")
    return {
        "cut": right[:-1],
        "longer": f"{right}A",
        "unsigned": payload,
        "empty-signature": f"{payload}:",
        "other-payload": f"{SIGNED.sign_object([uuid.uuid4().hex, 1]).split(':')[0]}:{signature}",
        "other-salt": other_salt.sign_object([gus.pk.hex, 1]),
        "nobody": SIGNED.sign_object([uuid.uuid4().hex, 1]),
        "next-number": other_salt.sign_object([gus.pk.hex, 2]),
        "no-list": SIGNED.sign_object("x"),
    }


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "how",
    [
        *("cut", "longer", "unsigned", "empty-signature", "other-payload"),
        *("other-salt", "nobody", "next-number", "no-list"),
    ],
)
def test_a_forged_link_opens_nothing(gus, how, method):
    client = Client()

    response = getattr(client, method)(link_of(forged(gus)[how]))

    assert response.status_code == 404
    assert "guest" not in client.session


def test_a_members_place_is_no_guests(review, ed, vic):
    (member,) = Participant.objects.invite_members(review, [vic], by=ed)

    assert Client().post(link_of(member.token)).status_code == 404


def test_whoever_tries_many_wrong_links_has_to_wait(gus):
    client = Client()

    statuses = [client.get(link_of(f"wrong{number}")).status_code for number in range(25)]

    assert statuses[0] == 404
    assert statuses[-1] == 429
    assert client.get(link_of(gus.token)).status_code == 200


ENDED = {
    "withdrawn": "was withdrawn",
    "expired": "has expired",
    "renewed": "newer link was sent",
    "cancelled": "does not take place",
}


def end(how: str, gus, review, ed) -> None:
    if how == "withdrawn":
        gus.withdraw(by=ed)
    elif how == "renewed":
        gus.renew(by=ed)
    elif how == "cancelled":
        review.cancel("No need.", by=ed)
    else:
        past = timezone.now() - dt.timedelta(seconds=1)
        Participant.objects.filter(pk=gus.pk).update(expires_at=past)


@pytest.mark.parametrize("how", ENDED)
def test_a_link_that_is_over_says_why_and_opens_nothing(gus, review, ed, how):
    old = gus.token
    end(how, gus, review, ed)
    client = Client()

    for method in (client.get, client.post):
        response = method(link_of(old))
        assert response.status_code == 410
        assert ENDED[how] in Page(response).text
    assert "guest" not in client.session


@pytest.mark.parametrize("how", ["withdrawn", "expired", "renewed"])
def test_who_was_in_is_out_at_once(gus, review, ed, how):
    client = join(gus)
    end(how, gus, review, ed)

    response = client.get(page_of(review))

    assert response.status_code == 410
    assert ENDED[how] in Page(response).text


def test_who_leaves_is_out_and_may_come_back(gus, review):
    client = join(gus)

    assert "You left the review" in Page(client.post(f"{page_of(review)}leave/")).text
    assert client.get(page_of(review)).status_code == 302
    join(gus, client)
    assert client.get(page_of(review)).status_code == 200


def test_joining_takes_the_token_of_the_form(gus):
    client = Client(enforce_csrf_checks=True)

    assert client.post(link_of(gus.token)).status_code == 403
    assert "guest" not in client.session


def test_who_signs_in_to_another_team_stays_a_guest(gus, review, mallory):
    client = join(gus)
    client.force_login(mallory)
    join(gus, client)

    assert client.get(page_of(review)).status_code == 200
    assert client.get(review.get_absolute_url()).status_code == 404


def test_what_a_guest_reads_of_the_people_is_no_address(gus, review, ed, vic):
    Participant.objects.invite_members(review, [vic], by=ed)
    client = join(gus)

    text = client.get(page_of(review)).content.decode()

    assert "Vic Lund" in text
    assert "@" not in text
