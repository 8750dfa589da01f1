"""Alerts on their way, against servers that behave as the real ones do."""

import datetime as dt

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from audits import tasks
from audits.models import Channel, Delivery, doorbell, telling
from tests.audits.alerting import add_channel, execute
from tests.audits.racing import at_once
from tests.fakes.receiver import Reply


@pytest.mark.parametrize("kind", ["slack", "pagerduty", "webhook", "mail"])
def test_test_arrives_marked_as_one(request, kind):
    server = request.getfixturevalue(kind)
    delivery = execute(request.getfixturevalue(f"to_{kind}"))

    assert (delivery.state, delivery.attempts) == ("sent", 1)
    if kind == "slack":
        assert server.messages[0]["text"].startswith("TEST")
    elif kind == "pagerduty":
        ((_, payload),) = server.open.items()
        assert payload["summary"].startswith("TEST")
    elif kind == "webhook":
        assert server.alerts[str(delivery.pk)]["kind"] == "test"
    else:
        ((recipients, mail),) = server.mails
        assert recipients == ["alice@harbour.example", "noor@harbour.example"]
        assert mail["Subject"] == "TEST: an alert for Harbour"
        assert mail["Message-ID"].startswith(f"<{delivery.pk}@")


def test_what_is_sent_already_is_not_sent_again(to_slack, slack):
    execute(to_slack, times=3)

    assert len(slack.messages) == 1


@pytest.mark.parametrize("kind", ["slack", "pagerduty", "webhook"])
def test_server_that_answers_500_and_then_200_gets_it_once(request, kind):
    server, delivery = (request.getfixturevalue(name) for name in (kind, f"to_{kind}"))
    server.plan(Reply(500))

    before = timezone.now()
    first = execute(delivery)
    second = execute(delivery)

    assert (first.state, first.says) == ("waiting", "Answered 500.")
    assert first.next_at > before + dt.timedelta(seconds=4)
    assert (second.state, second.attempts) == ("sent", 2)
    assert len(server.posts) == 2


def test_retry_after_is_waited_for(to_slack, slack):
    slack.plan(Reply(429, "", (("Retry-After", "120"),)))

    before = timezone.now()
    delivery = execute(to_slack)

    assert delivery.next_at >= before + dt.timedelta(seconds=120)


def test_nothing_is_sent_before_its_time(to_slack, slack):
    slack.plan(Reply(500))
    execute(to_slack)

    to_slack.execute()

    assert len(slack.posts) == 1


def test_410_turns_the_channel_off_and_what_waits_is_left_out(to_slack, slack, alice):
    waiting = telling.test_channel(to_slack.channel, by=alice)
    slack.plan(Reply(410, "channel_is_archived"))

    delivery = execute(to_slack)

    channel = Channel.objects.get()
    assert delivery.state == "failed"
    assert (channel.on, channel.off_because) == (
        False,
        "Answered 410: the address is gone for good.",
    )
    assert execute(waiting).state == "skipped"
    assert len(slack.posts) == 1
    assert channel.team.events.first().sentence.startswith("turned the channel “Slack” off")


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_it_once(to_slack, slack):
    slack.plan(*[Reply(200, after_s=0.2)] * 4)
    rows = [Delivery.objects.get(pk=to_slack.pk) for _ in range(4)]

    at_once(*(row.execute for row in rows))

    assert len(slack.posts) == 1
    assert Delivery.objects.get().state == "sent"


def test_what_is_never_taken_is_given_up(to_webhook, webhook):
    webhook.plan(*[Reply(503)] * 15)

    delivery = execute(to_webhook, times=16)

    assert (delivery.state, delivery.attempts) == ("failed", 15)
    assert delivery.says == "Answered 503. Given up after 15 attempts."


def test_private_address_that_the_operator_does_not_allow_is_not_connected_to(
    to_slack, slack, settings
):
    settings.PRIVATE_NETWORKS = []

    delivery = execute(to_slack)

    assert delivery.state == "failed"
    assert "PRIVATE_NETWORKS" in delivery.says
    assert not slack.posts


def test_worker_is_rung_for_after_the_commit(
    harbour, alice, monkeypatch, django_capture_on_commit_callbacks
):
    rung = []
    channel = add_channel(harbour, by=alice)
    monkeypatch.setattr(
        doorbell.current_app, "send_task", lambda name, args: rung.append((name, args))
    )

    with django_capture_on_commit_callbacks(execute=True):
        delivery = telling.test_channel(channel, by=alice)
        assert not rung

    assert rung == [(tasks.send_delivery.name, [str(delivery.pk)])]


def test_broker_that_is_away_loses_nothing(
    harbour, alice, monkeypatch, django_capture_on_commit_callbacks, caplog
):
    def refuse(name, args):
        raise OperationalError("away")

    channel = add_channel(harbour, by=alice)
    monkeypatch.setattr(doorbell.current_app, "send_task", refuse)

    with django_capture_on_commit_callbacks(execute=True):
        telling.test_channel(channel, by=alice)

    assert "The broker did not take" in caplog.text
    assert Delivery.objects.due().count() == 1
