"""A watch as lists show it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.timesince import timesince

from audits.models import ProbeRun, Watch
from audits.probes.base import GRAVEST, Cost, Probe, Verdict

ORDER = {verdict: place for place, verdict in enumerate(GRAVEST)}
# A worker takes a run within this, as long as it and the broker are there.
PATIENCE = dt.timedelta(seconds=10)


@dataclass(frozen=True)
class ProbeRow:
    """A watch with its last run; `run` is the one that is not over yet."""

    watch: Watch
    probe: Probe
    run: ProbeRun | None
    now: dt.datetime

    @property
    def verdict(self) -> str:
        return self.watch.verdict

    @property
    def says(self) -> str:
        return self.watch.last_run.says if self.watch.last_run else ""

    @property
    def age(self) -> str:
        """How long ago it was seen: “3 minutes”."""
        if self.watch.verdict_at is None:
            return ""
        if self.now - self.watch.verdict_at < dt.timedelta(minutes=1):
            return "seconds"
        return timesince(self.watch.verdict_at, self.now, depth=1)

    @property
    def is_stale(self) -> bool:
        seen = self.watch.verdict_at
        return seen is not None and self.now - seen > self.probe.stale_after

    @property
    def waits_long(self) -> bool:
        run = self.run
        return run is not None and run.state == "queued" and self.now - run.queued_at > PATIENCE

    @property
    def missing_consent(self) -> str:
        return self.watch.missing_consent()

    @property
    def schedule(self) -> str:
        """“every 5 minutes”, “by hand”."""
        minutes = self.watch.every_minutes
        if not self.watch.enabled or not minutes:
            return "by hand"
        for unit, length in (("day", 1440), ("hour", 60)):
            if minutes % length == 0:
                count = minutes // length
                return f"every {unit}" if count == 1 else f"every {count} {unit}s"
        return "every minute" if minutes == 1 else f"every {minutes} minutes"

    @property
    def is_paid(self) -> bool:
        return self.probe.cost is not Cost.FREE


def probe_rows(watches: Iterable[Watch]) -> list[ProbeRow]:
    """The gravest first; in a query for all of them."""
    known = list(watches)
    runs = {run.watch_id: run for run in ProbeRun.objects.unfinished().filter(watch__in=known)}
    now = timezone.now()
    rows = [ProbeRow(watch, watch.definition, runs.get(watch.pk), now) for watch in known]
    return sorted(rows, key=_place)


def _place(row: ProbeRow) -> tuple[int, str]:
    place = ORDER[Verdict(row.verdict)] if row.verdict else len(ORDER)
    return place, row.probe.title
