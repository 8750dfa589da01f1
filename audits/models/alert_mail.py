"""Alerts and reminders by mail, over the operator's server."""

import uuid
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from audits.alerts.base import Outcome, Parcel, Result
from audits.models import posting


def send(addresses: Sequence[str], parcel: Parcel) -> Outcome:
    """One mail to all of them: a second one would be read as a second alert."""
    if not addresses:
        return Outcome(Result.REFUSED, "Nobody who was chosen is still a member of the team.")
    return posting.post(_message(addresses, parcel))


def send_one(address: str, subject: str, body: str, pk: uuid.UUID) -> Outcome:
    """A mail of its own to one person, with the same care."""
    return posting.post(_mail([address], subject, body, pk))


def _message(addresses: Sequence[str], parcel: Parcel) -> EmailMessage:
    message = parcel.message
    context = {"message": message, "facts": message.facts(), "public_url": settings.PUBLIC_URL}
    body = render_to_string("channels/mail.txt", context)
    return _mail(addresses, message.title, body, parcel.id)


def _mail(addresses: Sequence[str], subject: str, body: str, pk: uuid.UUID) -> EmailMessage:
    headers = posting.headers(str(pk))
    return EmailMessage(" ".join(subject.split()), body, to=list(addresses), headers=headers)
