"""Which sender takes a message to a channel; its secrets are unsealed for that moment alone."""

from collections.abc import Callable

from django.conf import settings

from audits.alerts import pagerduty, slack, webhook
from audits.alerts.base import Outcome, Parcel, Result
from audits.models import alert_mail
from audits.models.channels import Channel
from audits.models.doors import door
from audits.models.sealed_values import SealFault, unseal


def send(channel: Channel, parcel: Parcel) -> Outcome:
    try:
        return SENDERS[channel.kind](channel, parcel)
    except SealFault:
        return Outcome(
            Result.REFUSED,
            "The channel's secret cannot be read with this installation's key. Enter it again.",
        )


def _slack(channel: Channel, parcel: Parcel) -> Outcome:
    return slack.send(door(), unseal(channel.sealed_secret), parcel)


def _pagerduty(channel: Channel, parcel: Parcel) -> Outcome:
    key = unseal(channel.sealed_secret)
    return pagerduty.send(door(), settings.PAGERDUTY_URL, key, parcel)


def _webhook(channel: Channel, parcel: Parcel) -> Outcome:
    url, key = unseal(channel.sealed_secret), unseal(channel.sealed_signing_key)
    return webhook.send(door(), url, key, parcel)


def _email(channel: Channel, parcel: Parcel) -> Outcome:
    return alert_mail.send(channel.recipients(), parcel)


SENDERS: dict[str, Callable[[Channel, Parcel], Outcome]] = {
    Channel.Kind.SLACK: _slack,
    Channel.Kind.PAGERDUTY: _pagerduty,
    Channel.Kind.WEBHOOK: _webhook,
    Channel.Kind.EMAIL: _email,
}
