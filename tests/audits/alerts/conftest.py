import datetime as dt
import uuid
from ipaddress import ip_network

import pytest

from audits.alerts.base import Kind, Message, Parcel, Severity
from audits.net.door import Door
from tests.fakes.pagerduty import PagerDuty
from tests.fakes.slack import Slack
from tests.fakes.webhook import Webhook


@pytest.fixture
def door() -> Door:
    """One that leads to this machine too."""
    return Door(private=(ip_network("127.0.0.0/8"),))


@pytest.fixture
def parcel():
    """`parcel(kind=…, says=…)`: an alert of production, otherwise."""

    def make(**given) -> Parcel:
        usual = {
            "kind": Kind.FAILING,
            "severity": Severity.CRITICAL,
            "thread": "4be0643f-1d98-573b-97cd-ca98a65347dd",
            "title": "Failing: Key works (Support assistant, eu-west)",
            "says": "The key was refused: 401.",
            "next_step": "Make a new key.",
            "team": "Harbour",
            "project": "Support assistant",
            "environment": "eu-west",
            "probe": "Key works",
            "at": dt.datetime(2026, 11, 21, 14, 3, tzinfo=dt.UTC),
            "link": "https://countersign.example/projects/1/",
        }
        return Parcel(uuid.uuid4(), Message(**usual | given))

    return make


@pytest.fixture
def slack():
    with Slack() as slack:
        yield slack


@pytest.fixture
def pagerduty():
    with PagerDuty() as pagerduty:
        yield pagerduty


@pytest.fixture
def webhook():
    with Webhook() as webhook:
        yield webhook
