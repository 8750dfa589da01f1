import uuid

import pytest

from audits.alerts import pagerduty as sender
from audits.alerts.base import Kind, Result, Severity
from audits.probes.secrets import Secret
from tests.fakes.pagerduty import ROUTING_KEY
from tests.fakes.receiver import Reply


def send(door, pagerduty, parcel, key=ROUTING_KEY):
    return sender.send(door, pagerduty.url + "/", Secret(key), parcel)


def test_alert_opens_an_incident(door, pagerduty, parcel):
    outcome = send(door, pagerduty, parcel())

    ((key, payload),) = pagerduty.open.items()
    assert outcome.result is Result.SENT
    assert key == "4be0643f-1d98-573b-97cd-ca98a65347dd"
    assert payload["severity"] == "critical"
    assert payload["source"] == "Support assistant / eu-west"
    assert payload["timestamp"] == "2026-11-21T14:03:00+00:00"


def test_recovery_resolves_that_incident(door, pagerduty, parcel):
    send(door, pagerduty, parcel())

    send(door, pagerduty, parcel(kind=Kind.RECOVERED))

    assert not pagerduty.open
    assert len(pagerduty.resolved) == 1


def test_recovery_of_another_alert_leaves_it_open(door, pagerduty, parcel):
    send(door, pagerduty, parcel())

    send(door, pagerduty, parcel(kind=Kind.RECOVERED, thread=str(uuid.uuid4())))

    assert len(pagerduty.open) == 1


def test_the_same_alert_pages_once_however_often_it_is_sent(door, pagerduty, parcel):
    for _ in range(3):
        send(door, pagerduty, parcel())

    assert pagerduty.pages == 1


def test_long_words_and_a_test_without_a_project_are_taken(door, pagerduty, parcel):
    test = parcel(
        kind=Kind.TEST, severity=Severity.INFO, project="", environment="", says="s" * 5000
    )

    assert send(door, pagerduty, test).result is Result.SENT


def test_wrong_key_is_refused_for_good(door, pagerduty, parcel):
    assert send(door, pagerduty, parcel(), key="wrong").result is Result.REFUSED


@pytest.mark.parametrize("reply", [Reply(500), Reply(429), Reply(504), Reply(cut=True)])
def test_what_may_have_arrived_is_sent_again_since_it_pages_once(door, pagerduty, parcel, reply):
    pagerduty.plan(reply)

    assert send(door, pagerduty, parcel()).result is Result.LATER
