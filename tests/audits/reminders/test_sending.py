"""How the mail of a day leaves, and what becomes of one that does not."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from audits.models import Action, Reminder, scheduling
from audits.models.reminders import remind
from audits.tasks import tick
from tests.audits.reminders.test_when import send_all
from tests.audits.test_actions import promise


def test_server_that_is_away_is_tried_again_and_then_given_up(settings, audit, ed, travel):
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    promise(audit, ed, days=2)
    now = travel(1)
    remind(now)

    with time_machine.travel(now, tick=False) as clock:
        for _ in range(15):
            send_all()
            clock.shift(dt.timedelta(hours=1))

    row = Reminder.objects.get()
    assert (row.state, row.attempts) == ("failed", 15)
    assert "took no connection" in row.says
    assert "Given up after 15 attempts" in row.says


class Away:
    def __init__(self, **_):
        pass

    def open(self):
        raise ConnectionRefusedError


def test_mail_that_a_worker_died_with_is_unknown_and_not_sent_again(audit, ed, travel):
    promise(audit, ed, days=2)
    remind(travel(1))
    Reminder.objects.update(state="sending", lease_until=travel(1))

    travel(1, hour=9)
    assert Reminder.objects.take_back() == 1

    assert not send_all()
    assert Reminder.objects.get().state == "unknown"


@pytest.mark.parametrize(
    ("attempts", "ahead", "is_due"),
    [
        (0, dt.timedelta(minutes=5), True),
        (3, dt.timedelta(hours=6), True),
        (3, dt.timedelta(minutes=59), False),
    ],
)
def test_mail_put_off_before_the_clock_was_set_back_is_due(
    audit, ed, travel, attempts, ahead, is_due
):
    promise(audit, ed, days=2)
    remind(travel(1))
    now = timezone.now()
    Reminder.objects.update(attempts=attempts, next_at=now + ahead)

    scheduling.make_up_for_clock(now, now + dt.timedelta(hours=6))

    assert Reminder.objects.due().exists() == is_due


def test_any_number_of_workers_send_a_mail_once(audit, ed, travel):
    promise(audit, ed, days=2)
    remind(travel(1))
    first, second = Reminder.objects.get(), Reminder.objects.get()

    first.execute()
    second.execute()

    assert len(mail.outbox) == 1


def test_tick_rings_for_reminders(audit, ed, travel, monkeypatch):
    rung = []
    monkeypatch.setattr("audits.tasks.send_reminder.apply_async", lambda a, **_: rung.append(a))
    promise(audit, ed, days=2)
    travel(1)

    tick()

    assert rung == [(str(Reminder.objects.get().pk),)]
    assert Action.objects.get().told_on == dt.date(2026, 12, 2)


def test_team_sees_whose_mail_did_not_arrive(audit, ed, noor, travel, browser):
    promise(audit, ed, days=2)
    remind(travel(1))
    Reminder.objects.update(state="failed", says="The mail server refused every address: 550.")

    page = browser(noor).get(f"/teams/{audit.project.team_id}/actions/").content.decode()

    assert "Not everybody was reminded." in page
    assert "The mail server refused every address: 550." in page
