"""What alerts say."""

import datetime as dt
from decimal import Decimal

from django.conf import settings

from audits.alerts import rules
from audits.alerts.base import Kind, Message, Severity
from audits.models.teams import Team
from audits.models.watches import Watch
from audits.probes.base import Kind as EnvironmentKind
from audits.probes.registry import PROBES


def of_watch(kind: Kind, watch: Watch, thread: str, now: dt.datetime) -> Message:
    """That it fails, or is well again."""
    environment = watch.environment
    what = "Failing" if kind is Kind.FAILING else "Well again"
    return _message(
        watch,
        kind=kind,
        severity=rules.SEVERITIES[EnvironmentKind(environment.kind)],
        thread=thread,
        title=f"{what}: {probe_title(watch)} ({environment.project.name}, {environment.name})",
        says=_says(watch),
        next_step=_next_step(watch) if kind is Kind.FAILING else "",
        at=now,
    )


def of_mark(watch: Watch, mark: int, used: Decimal, thread: str, now: dt.datetime) -> Message:
    environment = watch.environment
    return _message(
        watch,
        kind=Kind.SPEND,
        severity=rules.severity_of_mark(mark),
        thread=thread,
        title=f"{mark}% used of the budget of {environment.project.name}, {environment.name}",
        says=_says(watch) or f"{used}% used.",
        next_step=_next_step(watch),
        at=now,
    )


def of_test(team: Team, watch: Watch | None, thread: str, now: dt.datetime) -> Message:
    environment = watch.environment if watch else None
    return Message(
        kind=Kind.TEST,
        severity=Severity.INFO,
        thread=thread,
        title=f"TEST: an alert for {team.name}",
        says="TEST. Nothing is wrong: this shows that alerts arrive here.",
        next_step="Say on the page of the channel that it arrived.",
        team=team.name,
        project=environment.project.name if environment else "",
        environment=environment.name if environment else "",
        probe=probe_title(watch) if watch else "",
        at=now,
        link=f"{settings.PUBLIC_URL}/teams/{team.pk}/channels/",
        simulated=bool(environment and environment.simulated),
    )


def probe_title(watch: Watch) -> str:
    probe = PROBES.get(watch.probe)
    return probe.title if probe else watch.probe


def _says(watch: Watch) -> str:
    return watch.last_run.says if watch.last_run else ""


def _next_step(watch: Watch) -> str:
    return (watch.last_run.finding or {}).get("next_step", "") if watch.last_run else ""


def _message(watch: Watch, *, title: str, **given) -> Message:
    environment = watch.environment
    project = environment.project
    return Message(
        title=f"Simulated: {title}" if environment.simulated else title,
        team=project.team.name,
        project=project.name,
        environment=environment.name,
        probe=probe_title(watch),
        link=settings.PUBLIC_URL + watch.get_absolute_url(),
        simulated=environment.simulated,
        **given,
    )
