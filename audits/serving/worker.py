import os
import sys
from typing import Any

from celery import current_app

# Here and not when it starts: the parent imports it once for all that it forks.
from celery.apps.worker import Worker
from celery.concurrency import prefork  # noqa: F401
from celery.worker import consumer  # noqa: F401
from django.conf import settings

from audits.serving.processes import Child

# A report can wait a little, and people who click cannot.
NICENESS = 5


def worker() -> Child:
    """The Celery worker with the scheduler inside."""
    return Child("The worker", "worker", _work)


def latency_worker() -> Child:
    """One that measures times and does nothing else: one at a time, from a queue of its own, and
    as eager as a person who waits."""
    return Child("The latency worker", "latency", _measure)


def _work() -> None:
    os.nice(NICENESS)
    _start(queues=settings.CELERY_TASK_DEFAULT_QUEUE, beat=True)


def _measure() -> None:
    _start(queues=settings.LATENCY_QUEUE, concurrency=1, hostname="latency@")


def _start(**options: Any) -> None:
    """As `celery worker` does, without its command line, which imports a terminal's worth."""
    started: Worker = current_app.Worker(
        loglevel="WARNING",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        **options,
    )
    started.start()
    sys.exit(started.exitcode)
