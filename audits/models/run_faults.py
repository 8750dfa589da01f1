"""What a run says that could not look, for people: what it was and what to do."""

import logging
import traceback
from typing import TYPE_CHECKING

from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError

from audits.net.faults import DoorFault
from audits.probes.base import Finding
from audits.probes.claude_errors import ClaudeFault
from audits.probes.prices import PricesFault

if TYPE_CHECKING:
    from audits.models.runs import ProbeRun

logger = logging.getLogger(__name__)

HOW = "The run ended before the probe did."
AGAIN = "Run it again."


class CannotLook(Exception):
    """Something that the probe needs is missing: the text says what, `next_step` how to mend
    it."""

    def __init__(self, says: str, next_step: str) -> None:
        super().__init__(says)
        self.next_step = next_step


def given_up(attempts: int) -> Finding:
    return Finding.error(
        f"The worker died {attempts} times while it ran this probe, so the run was given up.",
        how=HOW,
        next_step="Read the worker's log, then run it again.",
    )


def finding_of(error: Exception, run: "ProbeRun") -> Finding:
    """Whatever kept the probe from looking."""
    if isinstance(error, CannotLook):
        return Finding.error(str(error), how="Nothing was asked.", next_step=error.next_step)
    if isinstance(error, ClaudeFault):
        return Finding.error(error.says, how=HOW, next_step=error.next_step)
    if isinstance(error, PricesFault):
        logger.error("%s", error)
        return Finding.error(
            "The operator's table of prices cannot be read.",
            how="Nothing was asked.",
            next_step="Ask the operator to mend PRICES_FILE: the worker's log says where.",
        )
    if isinstance(error, SoftTimeLimitExceeded):
        seconds = run.watch.definition.seconds
        return Finding.error(
            f"The probe took longer than {seconds} s and was stopped.",
            how=HOW,
            next_step="See whether what it asks answers slowly, then run it again.",
        )
    if isinstance(error, DoorFault):
        return Finding.error(f"A server that it asked {error}.", how=HOW, next_step=AGAIN)
    if isinstance(error, MemoryError):
        return Finding.error("The worker ran out of memory.", how=HOW, next_step=AGAIN)
    _log(error, run)
    if isinstance(error, DatabaseError):
        return Finding.error("The database went away meanwhile.", how=HOW, next_step=AGAIN)
    return Finding.error(
        f"The probe stopped with {type(error).__name__}.",
        how=HOW,
        next_step="The worker's log shows where; report it as a fault of this product.",
    )


def _log(error: Exception, run: "ProbeRun") -> None:
    """Where it happened, without the exception's own text: libraries put header values into it,
    and those are keys."""
    places = "".join(traceback.format_tb(error.__traceback__))
    logger.error("Run %s stopped with %s\n%s", run.pk, type(error).__name__, places)
