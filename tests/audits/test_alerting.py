"""What runs lead to: alerts, recoveries, and silence."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from audits import tasks
from audits.models import Alert, Alerting, Delivery, Heartbeat, Watch
from audits.models.alerting import AlertingQuerySet
from audits.models.errors import Refused
from tests.audits.alerting import add_channel, run, runs, told, watch_of
from tests.audits.racing import at_once

AHEAD = dt.timedelta(hours=6)


@pytest.fixture
def watch(project):
    return watch_of(project)


@pytest.fixture
def channel(harbour, alice):
    return add_channel(harbour, by=alice)


@pytest.mark.parametrize(
    ("letters", "kinds"),
    [
        ("f", []),
        ("ff", ["failing"]),
        ("ffff", ["failing"]),
        ("fpfpfpfp", []),
        ("pppp", []),
        ("ffpp", ["failing", "recovered"]),
        ("ffeepp", ["failing", "recovered"]),
        ("ffpfpfpp", ["failing", "recovered"]),
        ("ffppff", ["failing", "recovered", "failing"]),
        ("iiee", []),
    ],
)
def test_what_a_course_of_runs_tells(watch, harbour, letters, kinds):
    runs(watch, letters)

    assert told(harbour) == kinds


def test_alert_says_what_fails_where_and_what_to_do(watch, channel):
    runs(watch, "ff")

    message = Alert.objects.get().message
    assert message.title == "Failing: The app's health checks (Support assistant, eu-production)"
    assert (message.says, message.next_step) == ("It is a fail.", "Look at it.")
    assert message.severity == "critical"
    assert message.link.endswith(watch.get_absolute_url())
    assert Delivery.objects.get().channel == channel


def test_recovery_is_of_the_same_thread_and_goes_to_who_was_told(watch, channel, harbour, alice):
    start = runs(watch, "ff")
    add_channel(harbour, name="Late", by=alice)
    runs(watch, "pp", start=start)

    failing, recovered = Alert.objects.order_by("at")
    assert recovered.thread == failing.thread
    assert [each.channel for each in recovered.deliveries.all()] == [channel]


def test_recovery_of_an_alert_that_never_arrived_is_left_out(watch, channel):
    runs(watch, "ffpp")
    Delivery.objects.filter(alert__kind="failing").update(state="failed")

    recovery = Delivery.objects.get(alert__kind="recovered")
    with time_machine.travel(recovery.next_at):
        recovery.execute()

    assert recovery.state == "skipped"
    assert recovery.says == "The alert that this one ends did not arrive."


def test_recovery_waits_for_its_alert(watch, channel):
    runs(watch, "ffpp")

    recovery = Delivery.objects.get(alert__kind="recovered")
    with time_machine.travel(recovery.next_at):
        recovery.execute()

    assert (recovery.state, recovery.attempts) == ("waiting", 0)


def test_recovery_within_ten_minutes_is_told_when_they_are_over(watch, harbour):
    end = runs(watch, "ffpp", minutes=1)
    assert told(harbour) == ["failing"]

    with time_machine.travel(end + dt.timedelta(minutes=10), tick=False):
        tasks.tick()

    assert told(harbour) == ["failing", "recovered"]


def test_failure_that_is_back_when_the_quiet_time_is_over_is_no_recovery(watch, harbour):
    end = runs(watch, "ffppf", minutes=1)

    with time_machine.travel(end + dt.timedelta(minutes=10), tick=False):
        tasks.tick()

    assert told(harbour) == ["failing"]


@pytest.mark.parametrize(
    ("wish", "kind", "taken"),
    [
        ({}, "development", True),
        ({"kinds": ("production",)}, "production", True),
        ({"kinds": ("production",)}, "staging", False),
        ({"severities": ("critical",)}, "production", True),
        ({"severities": ("critical", "warning")}, "staging", True),
        ({"severities": ("critical",)}, "development", False),
        ({"on": False}, "production", False),
    ],
)
def test_channel_takes_what_was_chosen(project, harbour, alice, wish, kind, taken):
    add_channel(harbour, by=alice, **wish)

    runs(watch_of(project, kind=kind), "ff")

    assert Delivery.objects.exists() == taken


def test_channel_of_another_team_is_told_nothing(watch, mallory):
    add_channel(mallory.teams.get(), by=mallory)

    runs(watch, "ff")

    assert not Delivery.objects.exists()


def test_simulated_environment_says_so_first(watch):
    watch.environment.simulated = True
    watch.environment.save()

    runs(watch, "ff")

    assert str(Alert.objects.get()).startswith("Simulated: ")


def test_mute_watch_tells_nothing_until_then(watch, harbour, alice):
    until = timezone.now() + dt.timedelta(days=1)
    Alerting.objects.mute(watch, until=until, by=alice, why="Maintenance")

    runs(watch, "ff")

    assert told(harbour) == []


@pytest.mark.parametrize(("letters", "kinds"), [("ff", ["failing"]), ("ffpp", []), ("pp", [])])
def test_what_still_holds_when_a_mute_ends_is_told(watch, harbour, alice, letters, kinds):
    until = timezone.now() + dt.timedelta(days=1)
    Alerting.objects.mute(watch, until=until, by=alice, why="")
    runs(watch, letters)

    with time_machine.travel(until, tick=False):
        tasks.tick()

    assert told(harbour) == kinds


def test_mute_that_is_ended_early_tells_with_the_next_tick(watch, harbour, alice):
    until = timezone.now() + dt.timedelta(days=1)
    row = Alerting.objects.mute(watch, until=until, by=alice, why="")
    runs(watch, "ff", minutes=1)

    row.unmute(by=alice)
    tasks.tick()

    assert told(harbour) == ["failing"]
    assert "tell alerts again" in harbour.events.first().sentence


@pytest.fixture
def clock_was_ahead(db):
    """By six hours, when the scheduler was last heard of."""
    with time_machine.travel(timezone.now() + AHEAD):
        Heartbeat.beat(Heartbeat.Part.SCHEDULER)


def test_what_was_put_off_before_the_clock_was_set_back_is_decided_anew(
    watch, harbour, clock_was_ahead
):
    runs(watch, "ffpp", minutes=1, start=timezone.now() - dt.timedelta(minutes=30))
    Alerting.objects.update(again_at=timezone.now() + AHEAD)

    tasks.tick()

    assert told(harbour) == ["failing", "recovered"]


def test_runs_and_alerts_from_before_the_clock_was_set_back_keep_no_recovery_back(watch):
    now = timezone.now()
    runs(watch, "ff", start=now + AHEAD)

    runs(watch, "p", start=now)
    assert not Alert.objects.filter(kind="recovered").exists()
    runs(watch, "p", start=now + dt.timedelta(minutes=1))

    assert Alert.objects.filter(kind="recovered", at__lt=now + AHEAD).count() == 1


def test_mute_stays_when_the_clock_was_set_back(watch, alice, clock_was_ahead):
    until = timezone.now() + AHEAD
    Alerting.objects.mute(watch, until=until, by=alice, why="")

    tasks.tick()

    assert (Alerting.objects.get().again_at, Alerting.objects.get().is_mute) == (until, True)


@pytest.mark.parametrize("days", [-1, 0, 91])
def test_mute_ends_within_90_days(watch, alice, days):
    until = timezone.now() + dt.timedelta(days=days)

    with pytest.raises(Refused, match="within the next 90 days"):
        Alerting.objects.mute(watch, until=until, by=alice, why="")


def test_alerts_outlive_the_environment_that_they_were_of(watch, channel, harbour):
    runs(watch, "ff")

    watch.environment.delete()

    assert told(harbour) == ["failing"]
    assert Alert.objects.get().watch is None
    assert not Alerting.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_tell_once(watch, channel, harbour):
    run(watch, "fail")
    run(watch, "fail")
    Alerting.objects.update(last=None)
    Delivery.objects.all().delete()
    Alert.objects.all().delete()
    rows = [Alerting.objects.get() for _ in range(4)]

    at_once(*(row.reconsider for row in rows))

    assert told(harbour) == ["failing"]


def test_watch_that_goes_while_the_tick_decides_keeps_others_from_nothing(
    watch, project, monkeypatch
):
    gone = watch_of(project, "app-stream")
    for each in (gone, watch):
        Alerting.objects.create(watch=each, again_at=timezone.now() - dt.timedelta(seconds=1))
    of = AlertingQuerySet.of

    def removed_just_now(rows, row):
        if row == gone:
            raise Watch.DoesNotExist
        return of(rows, row)

    monkeypatch.setattr(
        type(Alerting.objects),
        "of",
        lambda manager, row: removed_just_now(manager.get_queryset(), row),
    )

    tasks.tick()

    assert [row.watch for row in Alerting.objects.due()] == [gone]
