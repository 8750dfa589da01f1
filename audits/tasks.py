"""Doorbells: fetch by id, call one method. Any of them may ring twice."""

import datetime as dt
import logging
import time
from collections.abc import Callable
from typing import Any, ParamSpec

from celery import Task, shared_task
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from audits.models import (
    Alerting,
    Answer,
    Delivery,
    Heartbeat,
    ProbeRun,
    Reminder,
    Report,
    Round,
    ledger,
    mail_bell,
    reminders,
    retention,
    review_mail,
    review_probes,
    rolling,
    scheduling,
    sweeps,
)
from audits.models.lifecycle import SEALED
from audits.models.runs import RING_AGAIN
from audits.probes.base import Queue

logger = logging.getLogger(__name__)

P = ParamSpec("P")

# More wait for the next one, so that a dead receiver of many does not fill the queue.
DELIVERIES_A_TICK = 200


@shared_task(ignore_result=True, soft_time_limit=900, time_limit=920)
def render_report(report_id: str) -> None:
    Report.objects.get(pk=report_id).execute()


@shared_task(ignore_result=True, time_limit=100)
def send_delivery(delivery_id: str) -> None:
    Delivery.objects.get(pk=delivery_id).execute()


@shared_task(ignore_result=True, soft_time_limit=60, time_limit=80)
def mail_participant(participant_id: str) -> None:
    review_mail.execute(participant_id)


@shared_task(ignore_result=True, time_limit=100)
def send_reminder(reminder_id: str) -> None:
    Reminder.objects.get(pk=reminder_id).execute()


@shared_task(ignore_result=True)
def execute_probe(run_id: str) -> None:
    # It is gone where its environment was removed meanwhile.
    runs = ProbeRun.objects.select_related("watch__environment__project")
    if run := runs.filter(pk=run_id).first():
        run.execute()


@shared_task(ignore_result=True, soft_time_limit=600, time_limit=620)
def roll_up() -> None:
    rolling.roll_up(timezone.now(), retention.let_go)
    ledger.give_up_lost()


@shared_task(ignore_result=True, time_limit=60)
def tick() -> None:
    """Whatever is due. The database says what; a lost message is rung for again."""
    now, before = timezone.now(), Heartbeat.last(Heartbeat.Part.SCHEDULER)
    Heartbeat.beat(Heartbeat.Part.SCHEDULER)
    # First: what follows may take its time.
    _step(run_probes, now, before)
    _step(_reopen_lapsed)
    _step(_end_rounds)
    _step(_try_reports_again, now)
    _step(_ring_for_reports)
    _step(_reconsider)
    _step(_ring_for_deliveries)
    _step(_ring_for_review_mail)
    _step(_remind, now)
    _step(_ring_for_reminders)
    _step(sweep)


def _step(step: Callable[P, None], *args: P.args, **options: P.kwargs) -> None:
    """One that breaks keeps no other from its turn; it has its own again with the next tick."""
    try:
        step(*args, **options)
    except Exception:
        logger.exception("The tick's step %s broke", getattr(step, "__name__", step))


def _reopen_lapsed() -> None:
    for answer in Answer.objects.lapsed().exclude(audit__state__in=SEALED):
        try:
            answer.reopen_lapsed()
        except DatabaseError:
            # The others are due too; this one is tried again with the next tick.
            logger.exception("The lapsed acceptance of answer %s could not be reopened", answer.pk)


def _ring_for_reports() -> None:
    for report in Report.objects.waiting():
        # Rung for again with each tick: what no worker took till then need not pile up.
        render_report.apply_async((str(report.pk),), expires=settings.TICK_SECONDS)


def _reconsider() -> None:
    """Alerts that a mute or a quiet time held back."""
    for row in Alerting.objects.due():
        try:
            row.reconsider()
        except (DatabaseError, ObjectDoesNotExist):
            # Of the latter kind where its environment was removed just now.
            logger.exception("What watch %s tells could not be decided", row.pk)


def _ring_for_deliveries() -> None:
    if lost := Delivery.objects.take_back():
        logger.warning("%d deliveries were left behind by a worker that ended", lost)
    for pk in Delivery.objects.due().values_list("pk", flat=True)[:DELIVERIES_A_TICK]:
        if not _send(send_delivery, str(pk), expires=settings.TICK_SECONDS):
            break  # The broker is away; the next tick rings.


def _ring_for_review_mail() -> None:
    for pk in review_mail.due().values_list("pk", flat=True)[:DELIVERIES_A_TICK]:
        if not mail_bell.ring(pk, expires=settings.TICK_SECONDS):
            break


def _remind(now: dt.datetime) -> None:
    """Mails and messages of action items that are due or late."""
    try:
        reminders.remind(now)
    except DatabaseError:
        logger.exception("Reminders could not be decided; the next tick tries again")


def _ring_for_reminders() -> None:
    if lost := Reminder.objects.take_back():
        logger.warning("%d reminders were left behind by a worker that ended", lost)
    for pk in Reminder.objects.due().values_list("pk", flat=True)[:DELIVERIES_A_TICK]:
        if not _send(send_reminder, str(pk), expires=settings.TICK_SECONDS):
            break  # The broker is away; the next tick rings.


def run_probes(now: dt.datetime, last_tick: dt.datetime | None) -> None:
    """Queue what is due, and ring for it and for what was left behind."""
    scheduling.make_up_for_clock(now, last_tick)
    _step(_look_before_reviews, now)
    scheduling.queue_due(now)
    rung = []
    waiting = ProbeRun.objects.to_ring_for(now).select_related("watch")
    for run in waiting[: settings.PROBES_QUEUED]:
        if not _ring(run):
            break  # The broker is away; the next tick rings.
        rung.append(run.pk)
    ProbeRun.objects.filter(pk__in=rung).update(rung_at=now)
    if rolling.is_due(now):
        _send(roll_up, expires=settings.TICK_SECONDS)


def _look_before_reviews(now: dt.datetime) -> None:
    for review in review_probes.due(now):
        review_probes.look_before(review, now)


def ring_for_run(run: ProbeRun) -> None:
    """Ask a worker to run the probe, after the commit. As with a report, a broker that is away
    loses nothing."""
    transaction.on_commit(lambda: _ring(run))


def _ring(run: ProbeRun) -> bool:
    try:
        probe = run.watch.definition
    except LookupError:
        seconds, queue = 60, settings.CELERY_TASK_DEFAULT_QUEUE
    else:
        is_latency = probe.queue is Queue.LATENCY
        seconds = probe.seconds
        queue = settings.LATENCY_QUEUE if is_latency else settings.CELERY_TASK_DEFAULT_QUEUE
    return _send(
        execute_probe,
        str(run.pk),
        queue=queue,
        # Enough to store what was found; what hangs so that no signal stops it is killed.
        soft_time_limit=seconds,
        time_limit=seconds + 30,
        expires=RING_AGAIN.total_seconds(),
    )


def _send(task: Task, *args: str, **options: Any) -> bool:
    """False, and a line in the log, where the broker does not take it."""
    try:
        task.apply_async(args, **options)
    except (OperationalError, OSError):
        logger.exception("The broker did not take %s %s", task.name, *args or ("",))
        return False
    return True


def _try_reports_again(now: dt.datetime) -> None:
    """What was sealed gets its PDF, whether or not somebody looks at its page."""
    for report in Report.objects.to_try_again(now):
        try:
            report.try_again()
        except DatabaseError:
            logger.exception("Report %s could not be queued; the next tick tries again", report.pk)


def _end_rounds() -> None:
    """Sign-offs whose last day is over, and proposals of what reads otherwise by now."""
    for row in Round.objects.due() | Round.objects.proposed():
        try:
            row.end_if_over()
        except DatabaseError:
            logger.exception("Round %s could not be ended; the next tick tries again", row.pk)


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
