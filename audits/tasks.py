"""Doorbells: fetch by id, call one method. Any of them may ring twice."""

import logging
import time

from celery import shared_task
from django.conf import settings
from django.db import DatabaseError, transaction
from kombu.exceptions import OperationalError

from audits.models import Answer, Audit, Heartbeat, Report, sweeps

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True, soft_time_limit=300, time_limit=310)
def render_report(report_id: str) -> None:
    Report.objects.get(pk=report_id).execute()


@shared_task(ignore_result=True, time_limit=60)
def tick() -> None:
    """Whatever is due. The database says what; a lost message is rung for again."""
    Heartbeat.beat(Heartbeat.Part.SCHEDULER)
    for answer in Answer.objects.lapsed().filter(audit__state=Audit.State.OPEN):
        try:
            answer.reopen_lapsed()
        except DatabaseError:
            # The others are due too; this one is tried again with the next tick.
            logger.exception("The lapsed acceptance of answer %s could not be reopened", answer.pk)
    for report in Report.objects.waiting():
        # Rung for again with each tick: what no worker took till then need not pile up.
        render_report.apply_async((str(report.pk),), expires=settings.TICK_SECONDS)
    sweep()


def sweep() -> None:
    """Let files go that nobody needs any more."""
    if removed := sweeps.discard_removed():
        logger.info("Deleted %d files of evidence that was removed an hour ago", removed)
    if unnamed := sweeps.discard_unnamed(int(time.time() // settings.TICK_SECONDS)):
        logger.warning("Deleted %d files that no evidence names and that are a day old", unnamed)


def ring_for_report(report: Report) -> None:
    """Ask the worker to render, after the commit. A broker that is away loses nothing: the
    report waits in the database, and the next tick asks again."""

    def ring() -> None:
        try:
            render_report.delay(str(report.pk))
        except (OperationalError, OSError):
            logger.exception("The broker did not take the request for report %s", report.pk)

    transaction.on_commit(ring)
