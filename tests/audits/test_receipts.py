"""A test alert, and a person's word that it arrived."""

from ipaddress import ip_network

import pytest
from django.utils import timezone

from audits.models import Alert, Delivery, ProbeRun, telling
from audits.models.errors import Refused
from audits.probes.findings import from_json
from tests.audits.alerting import add_channel, run, watch_of
from tests.fakes.pagerduty import PagerDuty
from tests.fakes.receiver import Reply
from tests.fakes.slack import Slack


@pytest.fixture
def slack(settings):
    settings.PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    with Slack() as slack:
        yield slack


@pytest.fixture
def watch(project):
    return watch_of(project, "alert-wiring")


@pytest.fixture
def channels(harbour, alice, slack):
    return [add_channel(harbour, name=n, secret=slack.address, by=alice) for n in ("A", "B")]


def test_probe_sends_to_every_channel_at_once(watch, channels, slack):
    faults = telling.send_test_alert(watch)

    assert faults == {"A": "", "B": ""}
    assert len(slack.messages) == 2
    assert all(message["text"].startswith("TEST") for message in slack.messages)


def test_probe_is_told_what_kept_the_test_from_leaving(watch, channels, slack):
    slack.plan(Reply(500))

    assert telling.send_test_alert(watch) == {"A": "Answered 500.", "B": ""}


def test_channel_that_is_off_gets_no_test(watch, channels, slack):
    channels[0].turn_off("Answered 410.")

    assert telling.send_test_alert(watch) == {"B": ""}


def test_team_without_a_channel_sends_nothing(watch):
    assert telling.send_test_alert(watch) == {}
    assert not Alert.objects.exists()


def answer(watch, by, **words):
    for name, arrived in words.items():
        delivery = Delivery.objects.get(channel__name=name, alert__watch=watch)
        telling.answer_test(delivery, arrived=arrived, by=by)
    watch.refresh_from_db()


@pytest.mark.parametrize(
    ("words", "receipt"),
    [
        ({"A": True}, None),
        ({"A": True, "B": True}, "arrived"),
        ({"A": False}, "missing"),
        ({"A": True, "B": False}, "missing"),
    ],
)
def test_what_people_say_is_kept_for_the_probes_next_run(watch, channels, alice, words, receipt):
    watch.kept = {"sent_at": "2026-11-21T14:00:00+00:00"}
    watch.save()
    telling.send_test_alert(watch)

    answer(watch, alice, **words)

    assert watch.kept.get("receipt") == receipt
    assert watch.kept["sent_at"] == "2026-11-21T14:00:00+00:00"


def test_who_said_so_and_when_is_noted(watch, channels, noor):
    telling.send_test_alert(watch)

    answer(watch, noor, A=True)

    delivery = Delivery.objects.get(channel__name="A")
    assert (delivery.arrived, delivery.answered_by) == (True, noor)
    assert (timezone.now() - delivery.answered_at).total_seconds() < 60
    sentence = channels[0].team.events.first().sentence
    assert sentence == "said that a test alert arrived in “A”"


def test_the_latest_word_holds(watch, channels, alice):
    telling.send_test_alert(watch)
    answer(watch, alice, A=True, B=False)

    answer(watch, alice, B=True)

    assert watch.kept["receipt"] == "arrived"


def test_answer_asks_for_a_run_of_the_probe(watch, channels, alice):
    telling.send_test_alert(watch)

    answer(watch, alice, A=True)

    assert ProbeRun.objects.get(watch=watch).asked_by == alice


def test_word_of_a_former_test_says_nothing_of_the_next(watch, channels, alice):
    telling.send_test_alert(watch)
    answer(watch, alice, A=True, B=True)
    telling.send_test_alert(watch)

    run(watch, "inconclusive")

    watch.refresh_from_db()
    assert "receipt" not in watch.kept


def test_word_that_comes_while_the_probe_still_runs_is_not_lost(watch, channels, alice):
    telling.send_test_alert(watch)
    answer(watch, alice, A=True, B=True)
    watch.kept = {"sent_at": "2026-11-21T14:00:00+00:00"}

    run(watch, "inconclusive")

    watch.refresh_from_db()
    assert watch.kept["receipt"] == "arrived"


def test_of_a_test_that_never_left_nobody_can_say_that_it_arrived(harbour, alice):
    delivery = telling.test_channel(add_channel(harbour, by=alice), by=alice)

    with pytest.raises(Refused, match="Only of a test that was sent"):
        telling.answer_test(delivery, arrived=True, by=alice)


def test_answer_ends_the_incident_of_a_test(harbour, alice, settings):
    settings.PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    with PagerDuty() as pagerduty:
        settings.PAGERDUTY_URL = pagerduty.url
        delivery = telling.test_channel(add_channel(harbour, "pagerduty", by=alice), by=alice)
        delivery.execute()
        assert len(pagerduty.open) == 1

        for arrived in (True, True):
            telling.answer_test(delivery, arrived=arrived, by=alice)
        for row in Delivery.objects.exclude(pk=delivery.pk):
            row.execute()

        assert not pagerduty.open
        assert Delivery.objects.count() == 2


def run_the_probe(watch, by) -> ProbeRun:
    """As the worker does it, with the real probe."""
    done = ProbeRun.objects.ask(watch, by=by)
    done.execute()
    return ProbeRun.objects.get(pk=done.pk)


@pytest.mark.parametrize(("arrived", "verdict"), [(True, "pass"), (False, "fail")])
def test_verdict_of_the_probe_stands_on_a_members_word(
    watch, channels, slack, noor, arrived, verdict
):
    waiting = run_the_probe(watch, noor)
    answer(watch, noor, A=True, B=arrived)

    decided = run_the_probe(watch, noor)

    assert (waiting.verdict, decided.verdict) == ("inconclusive", verdict)
    receipt = from_json(decided.finding).of_aspect("receipt")
    assert "says Noor Haddad, on" in receipt.says
    assert len(slack.messages) == 2


def test_probe_fails_where_a_channel_takes_nothing(watch, channels, slack, noor):
    slack.plan(Reply(404, "no_service"))

    failed = run_the_probe(watch, noor)

    assert failed.verdict == "fail"
    assert "A: Answered 404, no_service" in failed.says


def test_what_hangs_is_left_to_the_worker(watch, channels, slack, monkeypatch):
    monkeypatch.setattr(telling, "PATIENCE_S", -1)

    faults = telling.send_test_alert(watch)

    assert faults == dict.fromkeys("AB", "It waits to be sent.")
    assert Delivery.objects.due().count() == 2
