"""What becomes of an alert whose connection breaks, or whose worker dies."""

import datetime as dt

import pytest
from django.utils import timezone

from audits import tasks
from audits.alerts import pace, posting
from audits.models import Alert, Delivery, scheduling, sending, telling
from tests.audits.alerting import add_channel, execute, runs, watch_of
from tests.audits.net.servers import QUICK, deaf, full_house
from tests.fakes.receiver import Reply


def test_slack_message_that_may_have_arrived_is_shown_as_unknown_and_not_repeated(to_slack, slack):
    slack.plan(Reply(cut=True))

    delivery = execute(to_slack, times=3)

    assert delivery.state == "unknown"
    assert len(slack.messages) == 1


@pytest.mark.parametrize(("server", "scheme"), [(full_house, "http"), (deaf, "https")])
def test_slack_message_that_never_left_is_tried_again(harbour, alice, monkeypatch, server, scheme):
    monkeypatch.setattr(posting, "LIMITS", QUICK)
    with server() as port:
        channel = add_channel(harbour, secret=f"{scheme}://127.0.0.1:{port}/services", by=alice)
        delivery = execute(telling.test_channel(channel, by=alice))

    assert (delivery.state, delivery.attempts) == ("waiting", 1)
    assert delivery.says.endswith("within 0.5 s.")


@pytest.mark.parametrize("kind", ["pagerduty", "webhook"])
def test_connection_that_breaks_after_taking_it_leads_to_one_alert(request, kind):
    server, delivery = (request.getfixturevalue(name) for name in (kind, f"to_{kind}"))
    server.plan(Reply(cut=True))

    delivery = execute(delivery, times=2)

    assert (delivery.state, len(server.posts)) == ("sent", 2)
    taken = server.pages if kind == "pagerduty" else len(server.alerts)
    assert taken == 1


def die_after_sending(monkeypatch, delivery: Delivery) -> None:
    """A worker that is killed between sending and storing, and whose lease is over since."""

    def send_and_die(channel, parcel):
        send(channel, parcel)
        raise SystemExit

    send = sending.send
    with monkeypatch.context() as patched:
        patched.setattr(sending, "send", send_and_die)
        with pytest.raises(SystemExit):
            delivery.execute()
    Delivery.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))


@pytest.mark.parametrize("kind", ["pagerduty", "webhook"])
def test_worker_killed_between_sending_and_storing_leads_to_one_alert(request, kind, monkeypatch):
    server, delivery = (request.getfixturevalue(name) for name in (kind, f"to_{kind}"))
    die_after_sending(monkeypatch, delivery)

    assert Delivery.objects.take_back() == 1

    assert execute(delivery).state == "sent"
    assert len(server.posts) == 2
    assert (server.pages if kind == "pagerduty" else len(server.alerts)) == 1


@pytest.mark.parametrize("kind", ["slack", "mail"])
def test_worker_killed_with_what_cannot_be_repeated_leaves_it_unknown(request, kind, monkeypatch):
    server, delivery = (request.getfixturevalue(name) for name in (kind, f"to_{kind}"))
    die_after_sending(monkeypatch, delivery)

    Delivery.objects.take_back()

    assert execute(delivery).state == "unknown"
    assert len(server.messages if kind == "slack" else server.mails) == 1


def test_worker_that_still_has_its_lease_is_left_alone(to_webhook):
    Delivery.objects.update(state="sending", lease_until=timezone.now() + dt.timedelta(seconds=30))

    assert Delivery.objects.take_back() == 0


def test_lease_from_before_the_clock_was_set_back_is_over(to_webhook):
    Delivery.objects.update(state="sending", lease_until=timezone.now() + dt.timedelta(days=1))

    assert Delivery.objects.take_back() == 1


@pytest.mark.parametrize(
    ("attempts", "ahead", "is_due"),
    [
        (0, dt.timedelta(hours=6), True),
        (0, dt.timedelta(minutes=5), True),
        (3, dt.timedelta(hours=6), True),
        # A Retry-After, or a pause, may be as long as that.
        (3, dt.timedelta(minutes=59), False),
    ],
)
def test_what_was_put_off_before_the_clock_was_set_back_is_due(
    to_webhook, attempts, ahead, is_due
):
    now = timezone.now()
    Delivery.objects.update(attempts=attempts, next_at=now + ahead)

    scheduling.make_up_for_clock(now, now + dt.timedelta(hours=6))

    assert Delivery.objects.due().exists() == is_due


def test_nothing_is_hurried_while_the_clock_is_right(to_webhook):
    now = timezone.now()
    Delivery.objects.update(next_at=now + dt.timedelta(hours=6))

    scheduling.make_up_for_clock(now, now - dt.timedelta(seconds=10))

    assert not Delivery.objects.due().exists()


def test_recovery_comes_after_its_alert_when_the_clock_was_set_back_in_between(
    slack, project, harbour, alice
):
    add_channel(harbour, secret=slack.address, by=alice)
    watch, now = watch_of(project), timezone.now()
    runs(watch, "ff", start=now + dt.timedelta(hours=6))
    runs(watch, "pp", start=now - dt.timedelta(minutes=20))
    scheduling.make_up_for_clock(now, now + dt.timedelta(hours=6))

    order = []
    while delivery := Delivery.objects.due().first():
        Delivery.objects.get(alert__kind="recovered").execute()
        delivery.execute()
        order.append(Delivery.objects.get(pk=delivery.pk))

    assert [(each.alert.kind, each.state) for each in order] == [
        ("failing", "sent"),
        ("recovered", "sent"),
    ]
    assert len(slack.messages) == 2


def test_tick_rings_for_what_is_due_and_takes_back_what_was_left(to_webhook, monkeypatch):
    rung = []
    monkeypatch.setattr(tasks.send_delivery, "apply_async", lambda args, **_: rung.append(args[0]))
    Delivery.objects.update(state="sending", lease_until=timezone.now() - dt.timedelta(seconds=1))

    tasks.tick()

    assert rung == [str(to_webhook.pk)]


def test_delivery_that_ends_every_worker_is_given_up(to_webhook):
    over = timezone.now() - dt.timedelta(seconds=1)
    Delivery.objects.update(state="sending", lease_until=over, attempts=pace.ATTEMPTS)

    Delivery.objects.take_back()

    assert Delivery.objects.get().state == "unknown"


def test_recovery_that_waits_for_its_alert_takes_no_place_of_others(to_webhook):
    alert = to_webhook.alert
    recovery = Alert.objects.create(
        team=alert.team,
        kind="recovered",
        thread=alert.thread,
        content=alert.content,
        at=alert.at + dt.timedelta(minutes=1),
    )
    recovery.deliver_to([to_webhook.channel], ring=False)

    assert list(Delivery.objects.due()) == [to_webhook]
