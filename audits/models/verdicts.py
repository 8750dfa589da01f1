"""What a machine says of the items of audits: taken over after each run, shown beside the answer,
told in the snapshot. A person decides; the machine never changes what a person claims."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from audits.models import machine
from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.projects import Project
from audits.models.readings import DECIDING, Machine, Reading
from audits.models.told import moment, stamp
from audits.models.watches import Watch
from audits.probes import registry
from audits.probes.base import Kind

if TYPE_CHECKING:
    from audits.models.runs import ProbeRun

# Why it is not production that decides.
INSTEAD: dict[str, str] = {
    Kind.STAGING: "Nothing was found on production yet, so staging decides.",
    Kind.DEVELOPMENT: "Nothing was found on production or staging yet, so development decides.",
}


def after_run(run: "ProbeRun") -> None:
    """Take over what a run found, in the transaction that stores it. A run that says what the
    one before it said costs two queries and touches no audit."""
    if Reading.objects.take(run):
        settle(run.watch.environment.project_id)


def settle(project_pk: Any) -> None:
    """Bring the verdicts of a project's audits up to date, in a constant number of queries: what
    its probes say changed, or an environment of it did. Inside a transaction only. What is sealed
    stays as it is."""
    # The project first, as `propose` does, so that an audit which is just started waits; then all
    # of its audits: one of them may be about to be moved to another edition, or reopened.
    Project.objects.select_for_update(no_key=True).get(pk=project_pk)
    rows = Audit.objects.select_for_update(no_key=True).filter(project=project_pk)
    audits = [audit for audit in rows.order_by("pk") if not audit.is_sealed]
    if audits:
        answers = Answer.objects.filter(audit__in=audits)
        # Read under the locks: of two runs at once the second knows what the first said.
        machine.write(audits, answers, Machine(project_pk))


@dataclass(frozen=True)
class Row:
    """What a page shows of one reference of an item beside its answer.

    `verdict` is empty where nothing was looked at yet. `environment` is the one that decides, or
    would; `instead` says why it is none of production. `can_run` is false where no environment is
    watched, or somebody has to agree first, as `needs` says. `stale_since` and `erred_at` are
    times or None: the latter is that of a later run that could not look.
    """

    ref: str
    title: str
    looks_at: str
    strength: str
    environment: str = ""
    kind: str = ""
    instead: str = ""
    verdict: str = ""
    says: str = ""
    how: str = ""
    next_step: str = ""
    measures: Sequence[dict[str, str]] = field(default_factory=tuple)
    at: dt.datetime | None = None
    stale_since: dt.datetime | None = None
    erred_at: dt.datetime | None = None
    simulated: bool = False
    run: Any = None
    watch: int | None = None
    can_run: bool = False
    needs: str = ""

    @property
    def is_stale(self) -> bool:
        return self.stale_since is not None


def beside(answer: Answer) -> list[Row]:
    """A row for each reference of the item and environment that decides for it, in two queries."""
    project = answer.audit.project_id
    said, watches = Machine(project), _watches(project, answer.item.probes)
    now, rows = timezone.now(), []
    for ref in answer.item.probes:
        words = said.words([ref])
        rows += [_said(word, now) for word in words] or [_unsaid(ref, watches)]
    return rows


def told(words: Iterable[Reading], at: dt.datetime) -> list[dict[str, Any]]:
    """What counts of an item at a time, as docs/snapshot-format.md has it."""
    return [
        _about(word.ref)
        | {
            "environment": word.environment.name,
            "kind": word.environment.kind,
            "verdict": word.verdict,
            "says": word.says,
            "measured": word.measures,
            "how": word.how,
            "next_step": word.next_step,
            "at": stamp(word.at),
            "stale_since": moment(stale_since(word, at)),
            "erred_at": moment(word.erred_at),
            "simulated": word.simulated,
        }
        for word in words
    ]


def _about(ref: str) -> dict[str, Any]:
    """What it looks at, and how strongly; of what is called that no more its name alone."""
    try:
        probe, aspect = registry.find(ref)
    except LookupError:
        return {"ref": ref, "title": ref, "looks_at": "", "strength": ""}
    about = aspect or probe
    return {
        "ref": ref,
        "title": probe.title,
        "looks_at": about.looks_at,
        "strength": about.strength.value,
    }


def _said(word: Reading, now: dt.datetime) -> Row:
    return Row(
        **_about(word.ref),
        **_where(word.watch),
        **{name: getattr(word, name) for name in Reading.SAID},
        stale_since=stale_since(word, now),
    )


def _unsaid(ref: str, watches: dict[str, Watch]) -> Row:
    watch = watches.get(ref.partition(".")[0])
    return Row(**_about(ref), **(_where(watch) if watch else {}))


def _where(watch: Watch) -> dict[str, Any]:
    kind, needs = watch.environment.kind, "There is no such probe any more."
    if watch.probe in registry.PROBES:
        needs = watch.missing_consent()
    return {
        "environment": watch.environment.name,
        "kind": kind,
        "instead": INSTEAD.get(kind, ""),
        "watch": watch.pk,
        "can_run": not needs,
        "needs": needs,
    }


def stale_since(word: Reading, at: dt.datetime) -> dt.datetime | None:
    """When it ceased to be fresh, if that is over at that time."""
    over = fresh_until(word.watch.probe, word.at)
    return over if over < at else None


def fresh_until(probe: str, said_at: dt.datetime) -> dt.datetime:
    """Of a probe that there is no more, nothing is fresh."""
    known = registry.PROBES.get(probe)
    return said_at + known.stale_after if known else said_at


def _watches(project: Any, refs: Iterable[str]) -> dict[str, Watch]:
    """Probe -> its watch on the environment that would decide."""
    probes = {ref.partition(".")[0] for ref in refs}
    rows = Watch.objects.filter(environment__project=project, probe__in=probes)
    ranked = sorted(
        rows.select_related("environment"),
        key=lambda watch: DECIDING.index(watch.environment.kind),
        reverse=True,
    )
    return {watch.probe: watch for watch in ranked}
