"""Servers of this machine, and a delivery that is on its way to each: fixtures."""

from ipaddress import ip_network

import pytest

from audits.models import Delivery, telling
from tests.audits.alerting import add_channel
from tests.fakes.mail import MailServer
from tests.fakes.pagerduty import PagerDuty
from tests.fakes.slack import Slack
from tests.fakes.webhook import Webhook


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]


@pytest.fixture
def slack():
    with Slack() as slack:
        yield slack


@pytest.fixture
def to_slack(slack, harbour, alice) -> Delivery:
    channel = add_channel(harbour, secret=slack.address, by=alice)
    return telling.test_channel(channel, by=alice)


@pytest.fixture
def webhook():
    with Webhook() as webhook:
        yield webhook


@pytest.fixture
def to_webhook(webhook, harbour, alice) -> Delivery:
    channel = add_channel(harbour, "webhook", secret=webhook.address, by=alice)
    webhook.key = channel.signing_key
    return telling.test_channel(channel, by=alice)


@pytest.fixture
def pagerduty(settings):
    with PagerDuty() as pagerduty:
        settings.PAGERDUTY_URL = pagerduty.url
        yield pagerduty


@pytest.fixture
def to_pagerduty(pagerduty, harbour, alice) -> Delivery:
    return telling.test_channel(add_channel(harbour, "pagerduty", by=alice), by=alice)


@pytest.fixture
def mail(settings):
    with MailServer() as mail:
        settings.MAIL_IS_SENT = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail.port
        yield mail


@pytest.fixture
def to_mail(mail, harbour, alice, noor) -> Delivery:
    channel = add_channel(harbour, "email", people=(alice, noor), by=alice)
    return telling.test_channel(channel, by=alice)
