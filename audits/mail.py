"""Mail that the product sends by itself; allauth sends what is about accounts."""

import logging
from collections.abc import Iterable
from smtplib import SMTPRecipientsRefused

from django.core.mail import EmailMessage, get_connection
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from audits.models import Invitation

log = logging.getLogger(__name__)


def link_of(request: HttpRequest, invitation: Invitation) -> str:
    """The address of an invitation whose token is still known."""
    path = reverse("invitation-open", args=[invitation.pk, invitation.token])
    return request.build_absolute_uri(path)


def send_invitations(request: HttpRequest, invitations: Iterable[Invitation]) -> list[Invitation]:
    """Send each its link, over one connection; those whose mail did not leave."""
    unsent, waiting = [], list(invitations)
    connection = get_connection()
    while waiting:
        invitation = waiting.pop(0)
        try:
            connection.open()
            _message(request, invitation, connection).send()
        except SMTPRecipientsRefused:
            unsent.append(invitation)
        except OSError as error:
            # The rest would wait for the same server; the page says who has no mail yet.
            log.error("Invitations could not be sent: %s", error.__class__.__name__)
            unsent += [invitation, *waiting]
            break
        else:
            Invitation.objects.filter(pk=invitation.pk).update(mailed_at=timezone.now())
    connection.close()
    return unsent


def _message(request: HttpRequest, invitation: Invitation, connection) -> EmailMessage:
    context = {
        "invitation": invitation,
        "team": invitation.team,
        "link": link_of(request, invitation),
        "host": request.get_host(),
    }
    subject = render_to_string("invitations/mail_subject.txt", context)
    body = render_to_string("invitations/mail.txt", context)
    return EmailMessage(
        " ".join(subject.split()), body, to=[invitation.email], connection=connection
    )
