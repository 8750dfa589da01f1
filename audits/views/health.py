"""For the operator's machines: neither a session nor a secret, and nothing to cache."""

import logging
import threading

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audits.models import Heartbeat
from audits.serving.checks import unapplied_migrations

logger = logging.getLogger(__name__)
# Set once the tables have been seen up to date: they stay so while this process lives.
tables_are_current = threading.Event()


@login_not_required
@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """200 while the process lives; looks at nothing else."""
    return JsonResponse({"status": "live"})


@login_not_required
@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """200, or 503 with the reasons why work would not get done."""
    if reasons := _complaints():
        response = JsonResponse({"status": "not ready", "reasons": reasons}, status=503)
        # An answer and not a failure; whoever asks every second must not fill the log with it.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response
    return JsonResponse({"status": "ready"})


def _complaints() -> list[str]:
    try:
        if reasons := _table_complaints():
            return reasons
        return [text for part in Heartbeat.Part if (text := Heartbeat.complaint(part))]
    except DatabaseError:
        # The driver's text names hosts and users: it is for the log.
        logger.exception("The database failed the readiness check")
        return ["The database does not answer."]


def _table_complaints() -> list[str]:
    if tables_are_current.is_set():
        return []
    if missing := unapplied_migrations():
        return [f"{len(missing)} migrations are not applied; run manage.py migrate."]
    tables_are_current.set()
    return []
