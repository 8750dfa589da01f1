"""The pages of a team's channels and of their logs."""

import pytest
from django.utils import timezone

from audits.models import Channel, Delivery, telling
from tests.audits.alerting import ADDRESS, add_channel
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page


@pytest.fixture
def page_of(harbour) -> str:
    return f"/teams/{harbour.pk}/channels/"


@pytest.fixture
def channel(harbour, alice) -> Channel:
    return add_channel(harbour, name="Ops", by=alice)


def sent(channel, by, **values) -> Delivery:
    delivery = telling.test_channel(channel, by=by)
    values = {"state": "sent", "attempts": 1, "says": "Answered 200."} | values
    Delivery.objects.filter(pk=delivery.pk).update(**values)
    return delivery


def test_owner_adds_a_slack_channel_and_its_address_is_shown_no_more(browser, alice, page_of):
    client = browser(alice)

    response = client.post(f"{page_of}new/slack/", {"name": "Ops", "secret": ADDRESS}, follow=True)

    text = response.content.decode()
    assert "The channel “Ops” is added." in Page(response).text
    assert "hooks.slack.com/…1f2a" in text
    assert ADDRESS not in text + client.get(page_of).content.decode()
    edit = client.get(f"{Channel.objects.get().get_absolute_url()}edit/")
    assert "T0HARBOUR" not in edit.content.decode()


def test_owner_is_shown_the_signing_key_of_a_webhook_once(browser, alice, page_of):
    client = browser(alice)

    response = client.post(f"{page_of}new/webhook/", {"name": "Hook", "secret": ADDRESS})

    key = next(word for word in Page(response).text.split() if word.startswith("whsec_"))
    assert "no-store" in response["Cache-Control"]
    for path in (page_of, Channel.objects.get().get_absolute_url()):
        assert key not in client.get(path).content.decode()


def test_owner_chooses_who_is_mailed(browser, alice, noor, page_of, settings):
    settings.MAIL_IS_SENT = True

    browser(alice).post(f"{page_of}new/email/", {"name": "People", "people": [noor.pk]})

    assert list(Channel.objects.get().people.all()) == [noor]


def test_somebody_elses_member_cannot_be_mailed(browser, alice, mallory, page_of, settings):
    settings.MAIL_IS_SENT = True

    response = browser(alice).post(
        f"{page_of}new/email/", {"name": "People", "people": [mallory.pk]}
    )

    assert response.status_code == 422
    assert not Channel.objects.exists()


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("slack", {}, "This field is required."),
        ("slack", {"name": "Ops", "secret": "nowhere"}, "This is no web address."),
        ("pagerduty", {"name": "Ops", "secret": "short"}, "32 letters and digits"),
        ("email", {"name": "Ops"}, "Choose at least one member."),
        ("slack", {"name": "a\u202eb", "secret": ADDRESS}, "nobody can see"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form(browser, alice, page_of, kind, body, words):
    response = browser(alice).post(f"{page_of}new/{kind}/", body)

    assert response.status_code == 422
    assert words in Page(response).text
    assert not Channel.objects.exists()


def test_secret_that_was_typed_is_not_sent_back(browser, alice, page_of):
    response = browser(alice).post(f"{page_of}new/slack/", {"name": "", "secret": ADDRESS})

    assert ADDRESS not in response.content.decode()


def test_there_is_no_channel_by_pigeon(browser, alice, page_of):
    assert browser(alice).get(f"{page_of}new/pigeon/").status_code == 404


def test_change_that_somebody_else_made_meanwhile_is_told(browser, alice, channel):
    page = browser(alice).get(f"{channel.get_absolute_url()}edit/")
    channel.turn_off("Answered 410.")

    body = {"version": Page(page).value("version"), "name": "On-call", "on": "on"}
    response = browser(alice).post(f"{channel.get_absolute_url()}edit/", body)

    assert response.status_code == 409
    assert "Send it again to replace what is there now." in Page(response).text
    again = body | {"version": Page(response).value("version")}
    browser(alice).post(f"{channel.get_absolute_url()}edit/", again)
    channel.refresh_from_db()
    assert (channel.name, channel.on) == ("On-call", True)


def test_channel_that_is_gone_says_so_on_its_page_and_in_the_list(
    browser, alice, channel, page_of
):
    channel.turn_off("Answered 410: the address is gone for good.")

    page = Page(browser(alice).get(channel.get_absolute_url()))

    assert "Turned off. Answered 410: the address is gone for good." in page.text
    assert "Turned off: nobody is there" in Page(browser(alice).get(page_of)).text


def test_log_shows_state_attempts_and_answer(browser, vic, alice, channel):
    sent(channel, alice, state="failed", attempts=15, says="Answered 503. Given up.")

    text = Page(browser(vic).get(channel.get_absolute_url())).text

    assert "Not delivered 15 Answered 503. Given up." in text


def test_editor_sends_a_test_and_is_asked_whether_it_arrived(browser, ed, channel, page_of):
    client = browser(ed)
    response = client.post(f"{channel.get_absolute_url()}test/", follow=True)
    assert "A test goes to “Ops”." in Page(response).text
    Delivery.objects.update(state="sent")

    page = Page(client.get(page_of))

    assert "Did these tests arrive?" in page.text
    assert page.all("button", name="arrived", value="yes")


def test_channel_that_is_off_is_not_tested(browser, ed, channel):
    channel.turn_off("Answered 410.")

    response = browser(ed).post(f"{channel.get_absolute_url()}test/", follow=True)

    assert "Turn it on first." in Page(response).text
    assert not Delivery.objects.exists()


WORDS = {"yes": "Yes, says Ed Fox", "no": "No, says Ed Fox"}


@pytest.mark.parametrize(("word", "shown"), WORDS.items())
def test_member_says_whether_a_test_arrived(browser, ed, alice, harbour, channel, word, shown):
    delivery = sent(channel, alice)

    response = browser(ed).post(
        f"/teams/{harbour.pk}/deliveries/{delivery.pk}/answer/", {"arrived": word}, follow=True
    )

    assert shown in Page(response).text


def test_answer_that_is_neither_yes_nor_no_is_none(browser, ed, alice, harbour, channel):
    delivery = sent(channel, alice)

    response = browser(ed).post(
        f"/teams/{harbour.pk}/deliveries/{delivery.pk}/answer/", {"arrived": "maybe"}, follow=True
    )

    assert "yes or no" in Page(response).text
    assert Delivery.objects.get().answered_at is None


def test_owner_removes_a_channel_and_its_log_stays(browser, alice, channel, page_of):
    sent(channel, alice)

    response = browser(alice).post(f"{channel.get_absolute_url()}remove/", follow=True)

    assert "The channel “Ops” is removed." in Page(response).text
    log = browser(alice).get(channel.get_absolute_url())
    assert "TEST: an alert for Harbour" in Page(log).text
    assert browser(alice).get(f"{channel.get_absolute_url()}edit/").status_code == 404


def test_page_of_a_team_without_a_channel_says_what_to_do(browser, vic, alice, page_of):
    assert "Ask an owner" in Page(browser(vic).get(page_of)).text
    assert f"{page_of}new/slack/" in Page(browser(alice).get(page_of)).links()


def test_pages_cost_the_same_with_many_rows(browser, alice, harbour, channel, page_of):
    sent(channel, alice)
    log = channel.get_absolute_url()
    before = [queries_of(browser(alice), path) for path in (page_of, log)]

    for number in range(3):
        sent(channel, alice, answered_by=alice, answered_at=timezone.now(), arrived=True)
        sent(add_channel(harbour, name=f"Ops {number}", by=alice), alice)

    assert [queries_of(browser(alice), path) for path in (page_of, log)] == before
