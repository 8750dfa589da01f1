"""A worker's hold on a row that it works on: renewed while it lives, over soon after it died.

Such a row has `state` with a RUNNING, `attempts`, which counts up with each claim, and
`lease_until`."""

import contextlib
import datetime as dt
import logging
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from audits.models.reports import Report
    from audits.models.runs import ProbeRun

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=60)
RENEW_SECONDS = 15
MAX_ATTEMPTS = 3
# The clocks of machines that work together may differ by this.
CLOCKS_DIFFER = dt.timedelta(minutes=2)


def is_over(now: dt.datetime) -> Q:
    # A lease can end later than this only where the clock was set back since.
    return Q(lease_until__lt=now) | Q(lease_until__gt=now + 2 * LEASE)


@contextlib.contextmanager
def held(row: "Report | ProbeRun") -> Iterator[None]:
    """Renew the lease of a row that was claimed for as long as the block runs."""
    over = threading.Event()
    thread = threading.Thread(target=_renew, args=(row, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _renew(row: "Report | ProbeRun", over: threading.Event) -> None:
    mine = type(row)._default_manager.filter(
        pk=row.pk, state=row.State.RUNNING, attempts=row.attempts
    )
    try:
        while not over.wait(RENEW_SECONDS):
            try:
                mine.update(lease_until=timezone.now() + LEASE)
            except DatabaseError:
                # Three more come before the lease is over.
                logger.exception("The lease of %s could not be renewed", row.pk)
    finally:
        connection.close()
