"""What an owner sees and does; following the link is in tests/security/test_invitations.py."""

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse

from audits.models import Invitation
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page

NEW = "new@harbour.example"


@pytest.fixture(autouse=True)
def mail(settings):
    settings.MAIL_IS_SENT = True


@pytest.fixture
def url(harbour) -> str:
    return reverse("invitation-list", args=[harbour.pk])


def send(client, url, emails=NEW, role="editor", **more):
    return client.post(url, {"emails": emails, "role": role}, **more)


def act(verb: str, invitation: Invitation) -> str:
    return reverse(f"invitation-{verb}", args=[invitation.team_id, invitation.pk])


def test_each_address_gets_a_mail_of_its_own(browser, alice, url, mailoutbox):
    send(browser(alice), url, "a@x.example\nb@x.example", "viewer")

    assert [mail.to for mail in mailoutbox] == [["a@x.example"], ["b@x.example"]]
    assert mailoutbox[0].subject == "Alice Berg invites you to Harbour"
    assert "as viewer" in mailoutbox[0].body
    assert Invitation.objects.filter(mailed_at__isnull=False).count() == 2


def test_mail_is_plain_text_with_what_people_wrote_as_it_is(
    browser, alice, harbour, url, mailoutbox
):
    type(harbour).objects.update(name="Rock & Roll <b>")

    send(browser(alice), url)

    assert "the team Rock & Roll <b> on Countersign" in mailoutbox[0].body


def test_owner_is_told_that_mail_is_on_its_way_and_never_the_link(browser, alice, url):
    response = browser(alice).post(url, {"emails": NEW, "role": "editor"}, follow=True)

    page = Page(response)
    assert f"A link is on its way to {NEW}." in page.text
    assert "/link/" not in page.text


def test_without_mail_the_owner_gets_the_link_this_once(browser, alice, url, settings, mailoutbox):
    settings.MAIL_IS_SENT = False
    client = browser(alice)

    page = Page(send(client, url))

    (invitation,) = Invitation.objects.all()
    assert f"http://testserver/invitations/{invitation.pk}/link/" in page.text
    assert page.all("button", **{"data-copy": f"#link-{invitation.pk}"})
    assert "/link/" not in Page(client.get(url)).text
    assert mailoutbox == []


def test_page_that_shows_a_link_is_kept_by_nobody(browser, alice, url, settings):
    settings.MAIL_IS_SENT = False

    response = send(browser(alice), url)

    assert "no-store" in response["Cache-Control"]


class NoMail(EmailBackend):
    def open(self):
        raise ConnectionRefusedError("nobody listens")


def test_mail_that_does_not_leave_is_said_and_can_be_sent_again(
    browser, alice, url, settings, mailoutbox
):
    client = browser(alice)
    settings.EMAIL_BACKEND = f"{__name__}.NoMail"
    page = Page(client.post(url, {"emails": NEW, "role": "editor"}, follow=True))
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    client.post(act("renew", Invitation.objects.get()))

    assert f"The mail could not be sent to {NEW}." in page.text
    assert "not sent" in page.text
    assert [mail.to for mail in mailoutbox] == [[NEW]]


@pytest.mark.parametrize(
    ("emails", "role", "sentence"),
    [
        ("", "editor", "E-mail addresses: This field is required."),
        ("x@y.example\nbob", "editor", "Line 2: “bob” is no e-mail address."),
        (NEW, "king", "king is not one of the available choices."),
        ("ed@harbour.example", "owner", "ed@harbour.example is a member of this team already."),
    ],
)
def test_list_that_cannot_be_invited_is_kept_and_said_why(
    browser, alice, ed, url, mailoutbox, emails, role, sentence
):
    response = send(browser(alice), url, emails, role)

    page = Page(response)
    assert response.status_code == 422
    assert sentence in page.text
    assert emails.encode() in response.content
    assert not mailoutbox


def test_one_address_is_not_sent_link_after_link(browser, alice, url, mailoutbox):
    client = browser(alice)
    send(client, url)
    for _ in range(6):
        response = client.post(act("renew", Invitation.objects.get()))

    assert response.status_code == 422
    assert "several links within the hour" in Page(response).text
    assert len(mailoutbox) == 5


def test_inviting_is_rationed(browser, alice, url):
    client = browser(alice)
    statuses = [send(client, url, "bob").status_code for _ in range(21)]

    assert (statuses[0], statuses[-1]) == (422, 429)


def test_withdrawn_invitation_is_no_longer_shown(browser, alice, url):
    client = browser(alice)
    send(client, url)

    response = client.post(act("withdraw", Invitation.objects.get()), follow=True)

    page = Page(response)
    assert f"The invitation of {NEW} is withdrawn." in page.text
    assert "Waiting for an answer 0" in page.text


def test_invitation_is_not_reached_through_another_team(browser, alice, mallory, url):
    send(browser(alice), url)
    foreign = reverse(
        "invitation-withdraw", args=[mallory.teams.get().pk, Invitation.objects.get().pk]
    )

    assert browser(mallory).post(foreign).status_code == 404


def test_pending_invitations_cost_as_many_queries_for_40_as_for_1(browser, alice, harbour, url):
    client = browser(alice)
    send(client, url)
    few = queries_of(client, url)
    emails = [f"m{number}@x.example" for number in range(39)]
    Invitation.objects.invite(harbour, emails, "viewer", by=alice, by_mail=True)

    assert queries_of(client, url) == few
