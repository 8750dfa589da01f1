"""Who is mailed what about a review, when, and what becomes of it."""

import datetime as dt
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
import time_machine
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from icalendar import Calendar

from audits import tasks
from audits.models import Participant, review_mail, scheduling
from tests.audits import reviewing


@pytest.fixture(autouse=True)
def sends_mail(settings):
    settings.MAIL_IS_SENT = True
    settings.PUBLIC_URL = "https://countersign.example"


@pytest.fixture
def review(audit, ed):
    return reviewing.planned(audit, ed)


@pytest.fixture
def gus(review, ed):
    return Participant.objects.invite_guest(
        review, name="Gus Guest", email="gus@partner.example", by=ed
    )


@pytest.fixture
def broken(monkeypatch):
    def with_error(error: Exception) -> None:
        def send_messages(self, messages):
            raise error

        monkeypatch.setattr(EmailBackend, "send_messages", send_messages)

    return with_error


def send_due() -> list:
    due = list(review_mail.due())
    for row in due:
        tasks.mail_participant(str(row.pk))
    return due


def after_a_minute(act):
    with time_machine.travel(timezone.now() + review_mail.QUIET):
        return act()


def calendar_of(mail) -> Calendar:
    (part,) = mail.alternatives
    assert part.mimetype.startswith("text/calendar; method=")
    (attached,) = mail.attachments
    assert attached.filename == "review.ics"
    assert attached.content == part.content.encode()
    return Calendar.from_ical(part.content)


def moved(review, ed, **changes):
    terms = review.terms.__class__(**{**vars(review.terms), **changes})
    return review.change(terms, by=ed)


def test_a_guest_gets_their_link_and_a_calendar_file(review, gus, mailoutbox):
    send_due()

    (mail,) = mailoutbox
    assert mail.to == ["gus@partner.example"]
    assert mail.reply_to == ["ed@harbour.example"]
    assert f"https://countersign.example/guests/{gus.token}/" in mail.body
    assert calendar_of(mail)["METHOD"] == "REQUEST"
    assert "<" not in mail.body


def test_a_mail_arrives_whole_with_a_calendar_that_programs_find(review, gus, mailoutbox):
    send_due()

    parts = list(mailoutbox[0].message().walk())

    (found,) = [part for part in parts if part.get_content_type() == "text/calendar"]
    assert found.get_param("method") == "REQUEST"
    assert found.get_param("charset") == "utf-8"
    assert Calendar.from_ical(found.get_payload(decode=True)).walk("VEVENT")


def test_a_member_is_led_to_the_review_and_gets_no_link_of_a_guest(review, ed, vic, mailoutbox):
    Participant.objects.invite_members(review, [vic], by=ed)
    send_due()

    (mail,) = mailoutbox
    assert f"https://countersign.example/reviews/{review.pk}/" in mail.body
    assert "/guests/" not in mail.body + calendar_of(mail).to_ical().decode()


def test_one_mail_is_enough(gus, mailoutbox):
    send_due()
    tasks.mail_participant(str(gus.pk))

    assert send_due() == []
    assert len(mailoutbox) == 1


def test_who_came_by_themselves_is_not_mailed(review, vic, mailoutbox):
    reviewing.seat(review, vic)

    assert send_due() == []


def test_a_change_of_the_date_is_told_and_one_of_the_roll_call_is_not(review, gus, ed, mailoutbox):
    send_due()
    review = moved(review, ed, roles=())
    assert send_due() == []

    moved(review, ed, starts_at=review.starts_at + dt.timedelta(days=1))
    assert send_due() == []
    after_a_minute(send_due)

    assert mailoutbox[-1].subject.startswith("Changed: ")
    assert calendar_of(mailoutbox[-1]).walk("VEVENT")[0]["SEQUENCE"] == 1


def test_changes_within_a_minute_of_each_other_are_one_mail(review, gus, ed, mailoutbox):
    send_due()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for hours in (1, 2, 3):
            review = moved(review, ed, starts_at=review.starts_at + dt.timedelta(hours=hours))
            clock.shift(40)
            assert send_due() == []
        clock.shift(20)
        send_due()

    assert len(mailoutbox) == 2
    assert calendar_of(mailoutbox[-1]).walk("VEVENT")[0]["SEQUENCE"] == 3


def test_a_cancellation_is_told_with_its_reason_and_no_link(review, gus, ed, mailoutbox):
    send_due()
    review.cancel("The launch is off.", by=ed)
    send_due()

    mail = mailoutbox[-1]
    assert mail.subject == "Called off: Launch review"
    assert "The launch is off." in mail.body
    assert calendar_of(mail)["METHOD"] == "CANCEL"
    assert gus.token not in mail.body + calendar_of(mail).to_ical().decode()
    assert send_due() == []


def test_who_was_never_told_of_it_is_not_told_that_it_is_off(review, gus, ed, mailoutbox):
    gus.withdraw(by=ed)

    assert send_due() == []


def test_who_is_withdrawn_and_asked_again_is_told_both(review, gus, ed, mailoutbox):
    send_due()
    gus.withdraw(by=ed)
    send_due()
    again = Participant.objects.invite_guest(review, name="Gus", email=gus.email, by=ed)
    send_due()

    assert [calendar_of(mail)["METHOD"] for mail in mailoutbox] == ["REQUEST", "CANCEL", "REQUEST"]
    assert again.token in mailoutbox[-1].body


def test_a_new_link_is_mailed(gus, ed, mailoutbox):
    send_due()
    renewed = gus.renew(by=ed)
    send_due()

    assert renewed.token in mailoutbox[-1].body
    assert renewed.token != gus.token


def test_who_left_the_team_is_told_nothing_more(review, ed, vic, harbour, mailoutbox):
    Participant.objects.invite_members(review, [vic], by=ed)
    send_due()
    harbour.memberships.get(user=vic).end(by=vic)
    moved(review, ed, starts_at=review.starts_at + dt.timedelta(days=1))

    assert after_a_minute(send_due) == []


def test_what_the_server_puts_off_is_tried_again_later(gus, broken, mailoutbox):
    broken(SMTPServerDisconnected("gone"))
    send_due()

    gus.refresh_from_db()
    assert gus.mail_next_at > timezone.now()
    assert "SMTPServerDisconnected" in gus.mail_says
    assert send_due() == []


def test_an_address_that_is_refused_is_given_up_and_said(gus, broken):
    broken(SMTPRecipientsRefused({"gus@partner.example": (550, b"no")}))
    send_due()

    gus.refresh_from_db()
    assert gus.mail_next_at is None
    assert "refused" in gus.mail_says
    assert send_due() == []


def test_what_was_given_up_is_tried_when_somebody_asks(gus, mailoutbox):
    Participant.objects.update(mail_next_at=None, mail_says="The mail server refused it: 550.")
    gus.mail_again()

    assert len(send_due()) == 1
    gus.refresh_from_db()
    assert (gus.mail_says, gus.is_told) == ("", True)


def test_without_a_mail_server_nothing_is_due(gus, settings, mailoutbox):
    settings.MAIL_IS_SENT = False

    assert send_due() == []


def test_the_tick_rings_for_what_was_lost(gus, monkeypatch):
    rung = []
    monkeypatch.setattr("audits.models.mail_bell.ring", lambda pk, **_: rung.append(pk) or True)

    tasks._ring_for_review_mail()

    assert rung == [gus.pk]


def test_inviting_rings_after_the_commit(
    review, ed, monkeypatch, django_capture_on_commit_callbacks
):
    rung = []
    monkeypatch.setattr("audits.models.mail_bell.ring", rung.append)

    with django_capture_on_commit_callbacks(execute=True):
        guest = Participant.objects.invite_guest(review, name="Gus", email="g@x.example", by=ed)

    assert rung == [guest.pk]


@pytest.mark.parametrize(
    ("tries", "ahead", "is_due"),
    [
        (0, dt.timedelta(minutes=5), True),
        (0, dt.timedelta(seconds=59), False),
        (3, dt.timedelta(hours=6), True),
        (3, dt.timedelta(minutes=59), False),
    ],
)
def test_mail_put_off_before_the_clock_was_set_back_is_due(gus, tries, ahead, is_due):
    now = timezone.now()
    Participant.objects.update(mail_tries=tries, mail_next_at=now + ahead)

    with time_machine.travel(now, tick=False):
        scheduling.make_up_for_clock(now, now + dt.timedelta(hours=6))
        assert (gus in review_mail.due()) == is_due
