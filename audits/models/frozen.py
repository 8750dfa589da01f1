"""A probe run as it is kept when it becomes evidence: everything that it said, without what only
its next run needs."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from audits.models.readings import printed
from audits.models.told import moment
from audits.probes import registry
from audits.probes.base import Check
from audits.probes.findings import from_json
from audits.reports.runs import Run
from checklist.formats.text import UNPRINTABLE

if TYPE_CHECKING:
    from audits.models.runs import ProbeRun

# Of the raw answer, which may be pages long.
ANSWER_MAX = 4_000


def freeze(run: "ProbeRun") -> Run:
    """Of a run that is over and whose finding is still there."""
    finding, environment = from_json(run.finding or {}), run.watch.environment
    probe = registry.PROBES.get(run.watch.probe)
    told = {
        "run": str(run.pk),
        "probe": run.watch.probe,
        "title": probe.title if probe else run.watch.probe,
        "environment": environment.name,
        "kind": environment.kind,
        "asked_by": str(run.asked_by) if run.asked_by else "",
        "at": moment(run.finished_at) or "",
        "duration_ms": run.duration_ms or 0,
        "simulated": run.simulated,
        "verdict": finding.verdict.value,
        "says": finding.says,
        "how": finding.how,
        "next_step": finding.next_step,
        "measures": printed(finding.measures),
        "checks": _checks(finding.checks),
        "answer": finding.answer[:ANSWER_MAX],
    }
    return Run(**_fit(told))


def _checks(checks: Iterable[Check]) -> list[dict[str, Any]]:
    return [
        {
            "aspect": check.aspect,
            "verdict": check.verdict.value,
            "says": check.says,
            "next_step": check.next_step,
            "measures": printed(check.measures),
        }
        for check in checks
    ]


def _fit(value: Any) -> Any:
    """What no file of ours may hold becomes U+FFFD, so that an export of it is the same text."""
    if isinstance(value, str):
        return UNPRINTABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {name: _fit(each) for name, each in value.items()}
    return [_fit(each) for each in value] if isinstance(value, list) else value
