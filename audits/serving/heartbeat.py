import logging
import threading

from django.db import DatabaseError, close_old_connections

from audits.models import Heartbeat

SECONDS = 5
logger = logging.getLogger(__name__)


def keep_beating(stopped: threading.Event | None = None, seconds: float = SECONDS) -> None:
    """Report the worker alive every few seconds, through a database that goes and comes back."""
    stopped = stopped or threading.Event()
    well = True
    while True:
        try:
            close_old_connections()
            Heartbeat.beat(Heartbeat.Part.WORKER)
            well = True
        except DatabaseError as error:
            if well:
                logger.warning("The worker cannot report itself alive: %s", error)
            well = False
        if stopped.wait(seconds):
            return
