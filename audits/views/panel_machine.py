"""What the machine says of an item, as its panel shows it beside the answer."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.timesince import timesince

from audits.models import Answer, Evidence, Heartbeat, ProbeRun, Watch, verdicts
from audits.models.verdicts import Row
from audits.probes import registry
from audits.probes.base import GRAVEST, Cost

# The gravest first; what has said nothing yet stands last.
PLACES = {verdict.value: place for place, verdict in enumerate(GRAVEST)}


@dataclass
class Line:
    """One reference of the item: `run` is the one that said so, as long as what it saw is kept;
    `unfinished` one that is under way. `backs` says that the run is evidence of the answer."""

    row: Row
    watch: Watch | None
    run: ProbeRun | None = None
    unfinished: ProbeRun | None = None
    backs: bool = False
    may_attach: bool = False

    @property
    def age(self) -> str:
        """“3 minutes ago”; empty before anything was seen."""
        if self.row.at is None:
            return ""
        if timezone.now() - self.row.at < dt.timedelta(minutes=1):
            return "just now"
        return f"{timesince(self.row.at, depth=1)} ago"

    @property
    def may_run(self) -> bool:
        """Whether one button may ask for it with the others: it costs nothing and hurts nobody."""
        probe = registry.PROBES.get(self.watch.probe) if self.watch else None
        if probe is None or not self.row.can_run:
            return False
        return probe.cost is not Cost.PAID and not probe.intrusive

    @property
    def is_apart(self) -> bool:
        """Whether somebody has to go to its own page to run it."""
        return self.watch is not None and not self.may_run


def machine_part(answer: Answer, may_edit: bool) -> dict[str, Any]:
    """The context of audits/panel_machine.html, in a number of queries that does not depend on
    how many probes the item names."""
    lines = lines_of(answer)
    if may_edit:
        _offer(lines)
    running = [line for line in lines if line.unfinished]
    return {
        "lines": lines,
        "running": len({line.unfinished.pk for line in running if line.unfinished}),
        "may_run": may_edit and any(line.may_run for line in lines),
        "no_worker": Heartbeat.complaint(Heartbeat.Part.WORKER) if running else "",
    }


def lines_of(answer: Answer) -> list[Line]:
    # First: a run that ends meanwhile is then looked at once more, and not forgotten.
    unfinished = _unfinished(answer)
    rows = sorted(verdicts.beside(answer), key=_place)
    watches = _watches(row.watch for row in rows)
    kept = _kept({row.run for row in rows if row.run})
    backing = _backing(answer, kept)
    return [
        Line(
            row,
            watches.get(row.watch or 0),
            kept.get(row.run),
            unfinished.get(row.watch or 0),
            row.run in backing,
        )
        for row in rows
    ]


def _place(row: Row) -> int:
    return PLACES.get(row.verdict, len(PLACES))


def _offer(lines: Iterable[Line]) -> None:
    """A run of several aspects is offered once, where it speaks the gravest word."""
    offered = set()
    for line in lines:
        if line.run and not line.backs and line.run.pk not in offered:
            line.may_attach = True
            offered.add(line.run.pk)


def _watches(pks: Iterable[int | None]) -> dict[int, Watch]:
    wanted = {pk for pk in pks if pk}
    rows = Watch.objects.select_related("environment").filter(pk__in=wanted) if wanted else ()
    return {watch.pk: watch for watch in rows}


def _unfinished(answer: Answer) -> dict[int, ProbeRun]:
    """Watch -> its run that is under way, of the probes that the item names."""
    probes = {ref.partition(".")[0] for ref in answer.item.probes}
    if not probes:
        return {}
    of_project = {"watch__environment__project": answer.audit.project_id}
    runs = ProbeRun.objects.unfinished().filter(watch__probe__in=probes, **of_project)
    return {run.watch_id: run for run in runs}


def _kept(pks: Collection[UUID]) -> dict[UUID, ProbeRun]:
    """Of these runs those that can be looked at and attached still."""
    if not pks:
        return {}
    found = ProbeRun.objects.filter(pk__in=pks, finding__isnull=False).defer("finding")
    return {run.pk: run for run in found}


def _backing(answer: Answer, runs: Collection[UUID]) -> set[UUID]:
    """Of these runs those that are evidence of the answer."""
    if not runs:
        return set()
    backing = Evidence.objects.current().filter(answer=answer, run__in=runs)
    return {run for run in backing.values_list("run", flat=True) if run}
