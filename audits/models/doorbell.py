"""Asking a worker for what is due. It stands in the database: a broker that is away loses nothing,
since the next tick asks again."""

import logging
import uuid
from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def ring(task: str, pk: uuid.UUID, **options: Any) -> bool:
    """Have the task of that name run for the row; False where the broker did not take it."""
    try:
        current_app.send_task(task, args=[str(pk)], **options)
    except (OperationalError, OSError):
        logger.exception("The broker did not take %s %s", task, pk)
        return False
    return True
