"""When people are reminded of action items, by mail and in their chats."""

import datetime as dt

import pytest
from django.core import mail

from audits.models import Alert, Delivery, Reminder
from audits.models.reminders import remind
from tests.audits.alerting import add_channel
from tests.audits.test_actions import promise


def days_told(travel, until: int, hours=(6, 7, 8, 23)) -> list[int]:
    """The days after the promise on which somebody was reminded, of several looks a day."""
    told = []
    for day in range(until):
        told += [day for hour in hours if remind(travel(day, hour))]
    return told


def send_all() -> list:
    """The mails that left."""
    for reminder in Reminder.objects.due():
        reminder.execute()
    return mail.outbox


def test_people_are_reminded_before_and_after_and_never_twice_a_day(audit, ed, travel):
    promise(audit, ed, days=10)

    assert days_told(travel, 30) == [8, 9, 11, 12, 13, 20, 27]


def test_nobody_is_reminded_on_the_day_of_the_promise(audit, ed, travel):
    promise(audit, ed, days=1)

    assert days_told(travel, 3) == [1, 2]


def test_nobody_is_reminded_at_night(audit, ed, travel):
    promise(audit, ed, days=2)

    assert not remind(travel(1, hour=6))
    assert remind(travel(1, hour=7))


def test_last_day_makes_up_for_what_was_missed_before_it(audit, ed, travel):
    promise(audit, ed, days=5)

    assert remind(travel(5)) == 1


def test_long_downtime_ends_in_one_mail_that_lists_all(audit, ed, noor, travel):
    for number in range(12):
        promise(audit, ed, f"Promise {number}", days=number)
    promise(audit, noor, "Noor's own", days=1)

    remind(travel(60))
    remind(travel(60, hour=9))

    to_ed, to_noor = sorted(send_all(), key=lambda each: each.to)
    assert (to_ed.to, to_noor.to) == (["ed@harbour.example"], ["noor@harbour.example"])
    assert to_ed.subject == "12 action items, 12 late of yours"
    assert to_ed.body.count("Promise ") == 12
    assert "Noor's own" not in to_ed.body


def test_clock_that_jumps_back_reminds_nobody_again(audit, ed, travel):
    promise(audit, ed, days=2)
    remind(travel(3))

    assert not remind(travel(1))
    assert Reminder.objects.count() == 1


def test_mail_says_what_until_when_and_where(audit, answer, ed, travel, settings):
    action = promise(audit, ed, answer=answer, days=2)
    remind(travel(1))

    (letter,) = send_all()

    assert letter.subject == "1 action item due soon of yours"
    assert "Raise the limit\n  due tomorrow, 3 Dec 2026." in letter.body
    assert "about “Item 1”" in letter.body
    assert f"{settings.PUBLIC_URL}/teams/{action.team_id}/actions/#action-{action.pk}" in (
        letter.body
    )


def test_what_was_closed_before_the_mail_left_is_left_out(audit, ed, travel):
    action = promise(audit, ed, days=2)
    remind(travel(1))
    action.close("Done.", by=ed)

    assert not send_all()
    assert Reminder.objects.get().state == "skipped"


def test_who_left_the_team_is_told_nothing_more(harbour, audit, alice, ed, travel):
    promise(audit, ed, days=2)
    harbour.memberships.get(user=ed).end(by=alice)

    remind(travel(1))

    assert not Reminder.objects.exists()


def test_new_owner_is_reminded_though_the_former_one_was(audit, ed, noor, travel):
    action = promise(audit, ed, days=2)
    remind(travel(1))
    action.change(title=action.title, owner=noor, due=action.due, by=ed)

    remind(travel(1, hour=9))

    assert {row.user for row in Reminder.objects.all()} == {ed, noor}


def test_same_owner_with_another_day_is_not_reminded_twice_a_day(audit, ed, travel):
    action = promise(audit, ed, days=2)
    remind(travel(1))
    due = action.due + dt.timedelta(days=1)
    action.change(title=action.title, owner=ed, due=due, by=ed)

    assert not remind(travel(1, hour=9))


def test_installation_without_mail_reminds_in_chats_alone(settings, audit, ed, alice, travel):
    settings.MAIL_IS_SENT = False
    add_channel(audit.project.team, by=alice)
    promise(audit, ed, days=2)

    remind(travel(1))

    assert not Reminder.objects.exists()
    assert Delivery.objects.count() == 1


def test_chat_is_told_once_a_day_for_the_whole_team(audit, ed, noor, alice, travel):
    add_channel(audit.project.team, by=alice)
    promise(audit, ed, days=2)
    promise(audit, noor, "Ask <!channel> & all", days=0)

    remind(travel(1))
    remind(travel(1, hour=9))

    message = Alert.objects.get(kind="reminder").message
    assert message.title == "2 action items, 1 late in Harbour"
    assert "• Ask <!channel> & all: Noor Haddad, late by 1 day, was due 1 Dec 2026" in message.says
    assert message.severity == "warning"


@pytest.mark.parametrize(
    ("kind", "wish", "takes"),
    [
        ("slack", {}, True),
        ("webhook", {}, True),
        ("slack", {"reminders": False}, False),
        ("slack", {"severities": ("critical",)}, False),
        ("slack", {"severities": ("info",), "kinds": ("production",)}, True),
        ("pagerduty", {}, False),
        ("email", {}, False),
    ],
)
def test_chats_alone_take_reminders_as_they_wish(audit, ed, alice, travel, kind, wish, takes):
    people = {"people": (alice,)} if kind == "email" else {}
    add_channel(audit.project.team, kind, by=alice, **wish, **people)
    promise(audit, ed, days=2)

    remind(travel(1))

    assert Delivery.objects.exists() == takes
