"""What goes of what the probes saw, and when; docs/probes.md has it as a table."""

import datetime as dt

from django.db import models

from audits.models.rollups import Rollup, Sample
from audits.models.runs import ProbeRun
from audits.models.watches import Watch

# After the first the details of a run go, after the second the run and its samples, after the
# third the hours. Days stay, and so does every run that changed a verdict or is evidence.
FINDINGS = dt.timedelta(days=1)
RUNS = dt.timedelta(days=14)
HOURS = dt.timedelta(days=90)
# Rows of one transaction: others are to write meanwhile.
AT_ONCE = 500


def let_go(now: dt.datetime, rolled_up_until: dt.datetime) -> None:
    """Delete what is old and in the roll-ups already."""
    gone = min(now - RUNS, rolled_up_until)
    last = Watch.objects.filter(last_run=models.OuterRef("pk"))
    runs = ProbeRun.objects.filter(stays=False).exclude(models.Exists(last))
    for pks in _pks(runs.filter(finding__isnull=False, finished_at__lt=now - FINDINGS)):
        ProbeRun.objects.filter(pk__in=pks).update(finding=None)
    for model, old in (
        (Sample, Sample.objects.filter(at__lt=gone)),
        (ProbeRun, runs.filter(finished_at__lt=gone)),
        (Rollup, Rollup.objects.filter(period=Rollup.Period.HOUR, start__lt=now - HOURS)),
    ):
        for pks in _pks(old):
            model._default_manager.filter(pk__in=pks).delete()


def _pks(rows: models.QuerySet):
    """Primary keys of such rows, some at a time, until there are none."""
    while found := list(rows.order_by().values_list("pk", flat=True)[:AT_ONCE]):
        yield found
