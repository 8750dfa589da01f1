"""Asking a worker for the mail to somebody who takes part in a review."""

import uuid
from typing import Any

from django.conf import settings

from audits.models import doorbell

MAIL = "audits.tasks.mail_participant"


def ring(pk: uuid.UUID, **options: Any) -> bool:
    """Ask for what is due to them; False where no mail is sent, or the broker did not take it."""
    return bool(settings.MAIL_IS_SENT) and doorbell.ring(MAIL, pk, **options)
