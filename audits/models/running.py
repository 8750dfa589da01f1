"""How a run is done: claimed, looked, kept. While the probe looks, no transaction is open and no
lock is held."""

import logging
import time

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone

from audits.models.after_runs import after_run
from audits.models.leases import MAX_ATTEMPTS, held
from audits.models.rollups import Sample
from audits.models.run_faults import finding_of, given_up
from audits.models.runs import ProbeRun
from audits.models.tooling import look
from audits.models.users import User
from audits.models.watches import Watch
from audits.probes.base import Finding, Verdict
from audits.probes.findings import as_json, storable

logger = logging.getLogger(__name__)

# What was seen is of addresses, keys or a kind that the environment has no more.
CHANGED = Finding.error(
    "The environment's settings were changed while the probe looked.",
    how="What it saw was left out.",
    next_step="Run it again.",
)


def execute(run: ProbeRun) -> None:
    """Any number of calls run the probe once; whatever goes wrong is an error that says so."""
    if not run.claim():
        return
    finding = _finding(run)
    try:
        _finish(run, finding)
    except SoftTimeLimitExceeded:
        # The time was up between the probe's end and the write; it is not up twice.
        _finish(run, finding)


def _finding(run: ProbeRun) -> Finding:
    if run.attempts > MAX_ATTEMPTS:
        return given_up(MAX_ATTEMPTS)
    started = time.monotonic()
    try:
        with held(run):
            return look(run)
    except Exception as error:
        return finding_of(error, run)
    finally:
        run.duration_ms = int((time.monotonic() - started) * 1000)


@transaction.atomic
def _finish(run: ProbeRun, finding: Finding) -> None:
    try:
        watch = run.watch.locked()
    except Watch.DoesNotExist:
        return  # The environment was removed while the probe looked.
    if not run.finish():
        return
    if watch.environment.version != run.watch.environment.version:
        finding = CHANGED
    _keep(run, watch, finding)


@transaction.atomic
def record(watch: Watch, finding: Finding, *, by: User) -> ProbeRun:
    """Keep what was found where it was asked for."""
    watch, now = watch.locked(), timezone.now()
    run = ProbeRun.objects.create(
        watch=watch,
        trigger=ProbeRun.Trigger.PERSON,
        asked_by=by,
        state=ProbeRun.State.DONE,
        started_at=now,
        finished_at=now,
        simulated=watch.environment.simulated,
    )
    _keep(run, watch, finding)
    return run


def _keep(run: ProbeRun, watch: Watch, finding: Finding) -> None:
    """Write down what was found, on the run and on its watch, and tell who waits for it."""
    finding = storable(finding)
    run.watch, run.simulated = watch, watch.environment.simulated
    run.verdict, run.says = finding.verdict.value, finding.says
    run.finding = as_json(finding)
    run.stays = watch.verdict != run.verdict
    run.save(update_fields=["verdict", "says", "finding", "duration_ms", "stays", "simulated"])
    Sample.objects.bulk_create(Sample.of(run, sample) for sample in finding.samples)
    # Who could not look keeps what the next one compares with.
    could_not = finding.verdict is Verdict.ERROR and not finding.kept
    watch.said(run, watch.kept if could_not else finding.kept)
    try:
        with transaction.atomic():
            after_run(run)
    except Exception:
        # What was seen is kept all the same; the next run tells again.
        logger.exception("What follows from run %s was not done", run.pk)
