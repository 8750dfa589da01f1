"""The verdicts of aspects, in one line each, and the finding that they make together."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from audits.probes.base import Check, Finding, Measure, Verdict


def passed(aspect: str, says: str, *measures: Measure) -> Check:
    return Check(aspect, Verdict.PASS, says, "", measures)


def failed(aspect: str, says: str, next_step: str, *measures: Measure) -> Check:
    return Check(aspect, Verdict.FAIL, says, next_step, measures)


def unclear(aspect: str, says: str, next_step: str, *measures: Measure) -> Check:
    """Inconclusive: nothing was seen that would decide it."""
    return Check(aspect, Verdict.INCONCLUSIVE, says, next_step, measures)


def conclude(
    checks: Iterable[Check], *, how: str, aside: Collection[str] = (), **more: Any
) -> Finding:
    """As `Finding.of`, save that the aspects `aside` weigh in only where they fail: they are
    about what can rarely be seen, and an inconclusive one must not hide that all else passed."""
    given = tuple(checks)
    grave = (Verdict.FAIL, Verdict.ERROR)
    weighed = [each for each in given if each.aspect not in aside or each.verdict in grave]
    return replace(Finding.of(weighed or given, how=how, **more), checks=given)
