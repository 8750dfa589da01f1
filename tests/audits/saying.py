"""Runs that say what a test wants, and the verdicts that follow."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from audits.models import Environment, ProbeRun, Watch, verdicts
from audits.probes import registry
from audits.probes.base import Aspect, Check, Cost, Finding, Measure, Queue, Strength, Verdict
from audits.probes.findings import as_json
from tests.audits.helpers import build_edition


@dataclass(frozen=True)
class Fake:
    """A probe with the aspects `fast` and `steady`."""

    name: str
    title: str = "Latency"
    looks_at: str = "How long users wait."
    strength: Strength = Strength.MEDIUM
    aspects: tuple[Aspect, ...] = (
        Aspect("fast", "How long the first word takes.", Strength.STRONG),
        Aspect("steady", "How much that varies.", Strength.PARTIAL),
    )
    needs: tuple[str, ...] = ()
    cost: Cost = Cost.FREE
    intrusive: bool = False
    queue: Queue = Queue.PROBES
    every: dt.timedelta = dt.timedelta(hours=1)
    stale_after: dt.timedelta = dt.timedelta(hours=6)
    seconds: int = 30

    def run(self, target, tools) -> Finding:
        raise AssertionError("tests say what it finds")

    def price(self, target, tools) -> None:
        return None


PROBES = {
    probe.name: probe
    for probe in (
        Fake("latency"),
        Fake("keys", title="Keys"),
        Fake("paid", title="Paid", cost=Cost.PAID),
    )
}


@pytest.fixture
def probes(monkeypatch):
    """Three probes: `latency`, `keys`, and `paid`, which costs money."""
    monkeypatch.setattr(registry, "PROBES", PROBES)
    return PROBES


@pytest.fixture
def edition(probes, db):
    return probed_edition()


@pytest.fixture
def production(project) -> Environment:
    return project.environments.create(kind="production", name="eu-west")


@pytest.fixture
def staging(project) -> Environment:
    return project.environments.create(kind="staging", name="rehearsal")


def said(audit, number: int = 1) -> str:
    """The verdict on the item."""
    return audit.answers.get(item__number=number).verdict


def found(verdict: str, says: str = "", /, **aspects: str) -> Finding:
    """A finding that says `verdict` as a whole, and of each aspect what is given."""
    checks = [
        Check(name, Verdict(word), f"{name} is {word}.", f"Mend {name}.", (p95(said),))
        for said, (name, word) in enumerate(aspects.items(), start=1)
    ]
    return Finding(
        Verdict(verdict),
        says or f"It is {verdict}.",
        "120 calls were timed.",
        next_step="Mend it.",
        checks=tuple(checks),
        measures=(p95(812),),
    )


def p95(value: int) -> Measure:
    return Measure("p95", Decimal(f"{value}.40"), "ms")


def watch_of(environment: Environment, probe: str = "latency") -> Watch:
    return Watch.objects.get_or_create(environment=environment, probe=probe)[0]


@transaction.atomic
def ran(environment: Environment, finding: Finding | str, probe: str = "latency", **about):
    """A run of the probe that is over and found that, its verdicts taken over."""
    if isinstance(finding, str):
        finding = found(finding)
    run = ProbeRun.objects.create(
        watch=watch_of(environment, probe),
        state=ProbeRun.State.DONE,
        finished_at=about.pop("at", None) or timezone.now(),
        verdict=finding.verdict.value,
        says=finding.says,
        finding=as_json(finding),
        duration_ms=1200,
        **about,
    )
    verdicts.after_run(run)
    return run


def probed_edition(**more):
    """Item 1 names `latency`, item 2 `latency.fast` and `keys`, item 3 `latency.steady`."""
    refs = (["latency"], ["latency.fast", "keys"], ["latency.steady"])
    named = {f"item_{number}": {"probes": list(each)} for number, each in enumerate(refs, start=1)}
    return build_edition(**named | more)
