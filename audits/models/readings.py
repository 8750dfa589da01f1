"""What probes say at present: of each watch and aspect the last word, in one row that outlives the
runs it came from."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from audits.models.claims import Verdict
from audits.probes import base, registry
from audits.probes.base import GRAVEST, Check, Finding, Kind
from audits.probes.findings import from_json

if TYPE_CHECKING:
    from audits.models.runs import ProbeRun

# Whose word counts: the first of these kinds of environment in which the probe found anything.
DECIDING = (Kind.PRODUCTION, Kind.STAGING, Kind.DEVELOPMENT)
SETTLED = (Verdict.PASS, Verdict.FAIL)
STRENGTHS = list(base.Strength)


class ReadingQuerySet(models.QuerySet["Reading"]):
    def take(self, run: "ProbeRun") -> bool:
        """Take over what a run showed that is over, in the transaction that stores it; whether
        any of it says something else than before."""
        finding = from_json(run.finding or {})
        known = {row.aspect: row for row in self.filter(watch=run.watch_id)}
        rows: list[Reading] = []
        changed = False
        for aspect in _aspects(run.watch.probe, finding):
            before, row = known.get(aspect), Reading.of(run, finding, aspect)
            if before is not None:
                row.follow(before)
            changed |= before is None or before.verdict != row.verdict
            rows.append(row)
        Reading.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["watch", "aspect"],
            update_fields=Reading.SAID,
        )
        return changed


class Reading(models.Model):
    """What a watch says of one aspect, or of the whole where `aspect` is empty.

    One error does not take back a pass or a fail: a run that could not look leaves the former
    word, notes it in `erred_at`, and only the next one that cannot look either counts.
    """

    watch = models.ForeignKey("audits.Watch", on_delete=models.CASCADE, related_name="readings")
    aspect = models.CharField(max_length=60, blank=True)
    verdict = models.CharField(max_length=12, choices=Verdict)
    says = models.TextField()
    how = models.TextField()
    next_step = models.TextField(blank=True)
    # [{"name": "p95", "value": "812.4", "unit": "ms"}], values as they are printed.
    measures = models.JSONField(default=list)
    at = models.DateTimeField()
    # Of the run, which goes once its days are over.
    run = models.UUIDField()
    simulated = models.BooleanField(default=False)
    erred_at = models.DateTimeField(null=True)

    SAID = (
        *("verdict", "says", "how", "next_step", "measures"),
        *("at", "run", "simulated", "erred_at"),
    )

    objects = ReadingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["watch", "aspect"], name="one_reading_an_aspect")
        ]

    def __str__(self) -> str:
        return f"{self.ref}: {self.verdict}"

    @classmethod
    def of(cls, run: "ProbeRun", finding: Finding, aspect: str) -> "Reading":
        check = finding.of_aspect(aspect)
        measures = check.measures if aspect else (*check.measures, *_measures(finding.checks))
        return cls(
            watch=run.watch,
            aspect=aspect,
            verdict=check.verdict.value,
            says=check.says,
            how=finding.how,
            next_step=check.next_step,
            measures=printed(dict.fromkeys(measures)),
            at=run.finished_at or timezone.now(),
            run=run.pk,
            simulated=run.simulated,
        )

    def follow(self, before: "Reading") -> None:
        """Keep the former word where this one is the first error after it."""
        if self.verdict != Verdict.ERROR or before.verdict not in SETTLED or before.erred_at:
            return
        erred_at = self.at
        for name in self.SAID:
            setattr(self, name, getattr(before, name))
        self.erred_at = erred_at

    @property
    def ref(self) -> str:
        """What items call it."""
        return f"{self.watch.probe}.{self.aspect}" if self.aspect else self.watch.probe

    @property
    def environment(self) -> Any:
        return self.watch.environment


class Machine:
    """What the probes of one project say at present: read once, asked for each item.

    An item names references: each is answered by the environments that decide for it, and the
    gravest of the answers that weigh is the item's verdict. What has not been looked at yet says
    nothing.
    """

    def __init__(self, project: Any):
        rows = Reading.objects.filter(watch__environment__project=project)
        self._said: dict[str, list[Reading]] = defaultdict(list)
        for row in rows.select_related("watch__environment").order_by(
            "watch__environment__name", "pk"
        ):
            self._said[row.ref].append(row)

    def words(self, refs: Iterable[str]) -> list[Reading]:
        """What counts of these references, in their order."""
        return [row for ref in refs for row in deciding(self._said.get(ref, ()))]

    def word(self, refs: Iterable[str]) -> Reading | None:
        """The gravest of those that weigh; None where nothing was looked at yet."""
        words = _weighing(self.words(refs))
        return min(words, key=_gravity) if words else None


def _weighing(words: list[Reading]) -> list[Reading]:
    """Without what saw nothing and sees less than one that passed: a log that nobody sent takes
    nothing from a probe that decides the item. What fails always weighs."""
    passed = [_strength(row) for row in words if row.verdict == Verdict.PASS]
    if not passed:
        return words
    best = min(passed)
    return [row for row in words if row.verdict in SETTLED or _strength(row) <= best]


def _strength(row: Reading) -> int:
    """0 for the strongest; what there is no more is the weakest."""
    try:
        probe, aspect = registry.find(row.ref)
    except LookupError:
        return len(STRENGTHS)
    return STRENGTHS.index((aspect or probe).strength)


def deciding(rows: Sequence[Reading]) -> list[Reading]:
    """Of what is said of one reference that of production; where nothing is known of it there,
    of staging; then of development."""
    for kind in DECIDING:
        if found := [row for row in rows if row.environment.kind == kind]:
            return found
    return []


def printed(measures: Iterable[base.Measure]) -> list[dict[str, str]]:
    """Figures as text: a number has one spelling, wherever it is printed."""
    return [
        {"name": each.name, "value": _figure(each.value), "unit": each.unit} for each in measures
    ]


def _figure(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else format(value, "f" * (not isinstance(value, int)))


def _gravity(row: Reading) -> int:
    return GRAVEST.index(base.Verdict(row.verdict))


def _aspects(probe: str, finding: Finding) -> list[str]:
    """The whole, and every aspect of which the probe or the finding knows."""
    known = registry.PROBES.get(probe)
    named = [aspect.name for aspect in known.aspects] if known else []
    return list(dict.fromkeys(["", *named, *(check.aspect for check in finding.checks)]))


def _measures(checks: Iterable[Check]) -> list[base.Measure]:
    return [measure for check in checks for measure in check.measures]
