"""The page on which people are invited to a review."""

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from audits.models import Participant
from audits.models.review_ends import end
from tests.audits import reviewing
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page

GUS = {"name": "Gus Guest", "email": "gus@partner.example", "days": "1"}


@pytest.fixture
def review(audit, ed):
    return reviewing.planned(audit, ed)


@pytest.fixture
def url(review) -> str:
    return reverse("participant-list", args=[review.pk])


def invite(client, url, **changes):
    return client.post(f"{url}guests/", GUS | changes, follow=True)


def act(verb: str, guest: Participant) -> str:
    return reverse(verb, args=[guest.review_id, guest.pk])


def test_members_are_invited_by_their_names(browser, ed, url, vic, noor, review):
    client = browser(ed)
    assert "Vic Lund, vic@harbour.example" in Page(client.get(url)).text

    page = Page(client.post(url, {"users": [vic.pk, noor.pk]}, follow=True))

    assert {each.user for each in review.participants.all()} == {vic, noor}
    assert "Vic Lund, vic@harbour.example" not in page.text


def test_nobody_chosen_is_said(browser, ed, url):
    response = browser(ed).post(url, {})

    assert response.status_code == 422
    assert "Choose at least one person." in Page(response).text


def test_a_stranger_cannot_be_chosen_as_a_member(browser, ed, url, mallory, review):
    assert browser(ed).post(url, {"users": [mallory.pk]}).status_code == 422
    assert not review.participants.exists()


def test_without_a_mail_server_the_page_offers_the_link(browser, ed, url):
    page = Page(invite(browser(ed), url))

    guest = Participant.objects.get()
    assert "This installation sends no mail" in page.text
    assert f"/guests/{guest.token}/" in page.text


def test_with_one_the_link_is_between_the_guest_and_their_mailbox(browser, ed, url, settings):
    settings.MAIL_IS_SENT = True

    page = Page(invite(browser(ed), url))

    assert "A mail is on its way to Gus Guest." in page.text
    assert "/guests/" not in page.text.replace("/participants/guests/", "")


def test_what_the_mail_server_said_stands_there_and_the_link_to_hand_over(
    browser, ed, url, settings
):
    settings.MAIL_IS_SENT = True
    client = browser(ed)
    invite(client, url)
    Participant.objects.update(mail_next_at=None, mail_says="The mail server refused it: 550.")

    text = Page(client.get(url)).text

    assert "Not sent. The mail server refused it: 550." in text
    assert Participant.objects.get().token in text


def test_link_that_is_renewed_after_the_meeting_is_there_to_hand_over(
    browser, ed, url, review, settings
):
    settings.MAIL_IS_SENT = True
    client = browser(ed)
    invite(client, url)
    Participant.objects.update(mailed_link=1, mailed_sequence=0, mailed_at=timezone.now())
    end(review.start(by=ed), outcome="none", by=ed, seen="")
    guest = Participant.objects.get()
    assert "/guests/" not in Page(client.get(url)).text

    page = Page(client.post(act("guest-renew", guest), {"days": "7"}, follow=True))

    assert "hand it over" in page.text
    assert Participant.objects.get().token in page.text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "This field is required."),
        ({"email": "gus"}, "Enter a valid email address."),
        ({"email": "vic@harbour.example"}, "is a member of the team"),
        ({"days": "400"}, "Select a valid choice."),
    ],
)
def test_a_guest_who_cannot_be_one_is_explained(browser, ed, url, vic, changes, says):
    response = invite(browser(ed), url, **changes)

    assert response.status_code == 422
    assert says in Page(response).text
    assert not Participant.objects.exists()


def test_a_guest_gets_a_new_link_and_is_withdrawn(browser, ed, url):
    client = browser(ed)
    invite(client, url)
    guest = Participant.objects.get()

    client.post(act("guest-renew", guest), {"days": "7"})
    guest.refresh_from_db()
    assert guest.link_number == 2

    page = Page(client.post(act("participant-withdraw", guest), follow=True))
    assert "The invitation of Gus Guest is withdrawn." in page.text
    assert "gus@partner.example" not in page.text


def test_one_address_is_not_mailed_without_end(browser, ed, url):
    client = browser(ed)
    invite(client, url)
    guest = Participant.objects.get()

    last = [client.post(act("guest-renew", guest), {"days": "1"}) for _ in range(5)][-1]

    assert last.status_code == 422
    assert "several mails within the hour" in Page(last).text


def test_the_page_of_the_review_lists_who_takes_part(browser, ed, vic, url, review):
    invite(browser(ed), url)

    page = Page(browser(vic).get(review.get_absolute_url()))

    assert "Gus Guest" in page.text
    assert "Invite people" not in page.text
    assert "/guests/" not in page.text


def test_the_calendar_file_is_offered_to_download(browser, vic, review):
    response = browser(vic).get(reverse("review-calendar", args=[review.pk]))

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="review-1.ics"'
    (event,) = Calendar.from_ical(response.content).walk("VEVENT")
    assert event["SUMMARY"] == review.title


def test_more_people_cost_no_more_queries(browser, ed, url, review):
    client = browser(ed)
    invite(client, url)
    few = queries_of(client, url), queries_of(client, review.get_absolute_url())
    for number in range(10):
        Participant.objects.invite_guest(
            review, name=f"Guest {number}", email=f"{number}@partner.example", by=ed
        )

    assert (queries_of(client, url), queries_of(client, review.get_absolute_url())) == few
