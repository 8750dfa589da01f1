"""Probes of the tests' own, which look at nothing."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from audits.probes import registry
from audits.probes.base import Check, Cost, Finding, Measure, Queue, Strength, Verdict

PASS = Finding(
    Verdict.PASS,
    "All is well.",
    "It was looked at.",
    checks=(Check("whole", Verdict.PASS, "It is whole."),),
    measures=(Measure("p95", Decimal("812.4"), "ms"),),
)
FAIL = Finding(Verdict.FAIL, "It is broken.", "It was looked at.", next_step="Mend it.")
ERROR = Finding.error("It was not seen.", how="It was looked at.", next_step="Look again.")


class FakeProbe:
    """Says `finding`, or calls it with what it was given. Remembers its targets."""

    looks_at = "Nothing."
    strength = Strength.STRONG
    aspects = ()
    needs: tuple[str, ...] = ()
    cost = Cost.FREE
    intrusive = False
    queue = Queue.PROBES
    every = dt.timedelta(minutes=10)
    stale_after = dt.timedelta(hours=1)
    seconds = 30

    def __init__(self, name: str, finding: Finding | Callable[..., Finding] = PASS, **more: Any):
        self.name = name
        self.title = name.title()
        self.finding = finding
        self.targets: list = []
        for column, value in more.items():
            setattr(self, column, value)

    def run(self, target, tools) -> Finding:
        self.targets.append(target)
        return self.finding(target, tools) if callable(self.finding) else self.finding

    def price(self, target, tools) -> Decimal | None:
        return None


def only(monkeypatch, *probes: FakeProbe) -> None:
    """The registry holds these and no others."""
    monkeypatch.setattr(registry, "PROBES", {probe.name: probe for probe in probes})
