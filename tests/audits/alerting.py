"""Channels that lead to servers on this machine, and watches whose runs say what a test wants."""

import datetime as dt

import time_machine
from django.utils import timezone

from audits.models import Channel, Delivery, Environment, ProbeRun, Team, User, Watch, telling
from audits.models.channels import Wish
from tests.fakes.pagerduty import ROUTING_KEY

VERDICTS = {"f": "fail", "p": "pass", "i": "inconclusive", "e": "error"}
ADDRESS = "https://hooks.slack.com/services/T0HARBOUR/B0LAUNCH/3f9a1c7d5e2b4a6c8d0e1f2a"


def add_channel(team: Team, kind: str = "slack", *, by: User, **wish) -> Channel:
    wish = {"name": kind.title(), "secret": "" if kind == "email" else ADDRESS} | wish
    if kind == "pagerduty":
        wish["secret"] = ROUTING_KEY
    channel, key = Channel.objects.add(team, kind, Wish(**wish), by=by)
    channel.signing_key = key
    return channel


def watch_of(project, probe: str = "app-health", *, kind: str = "production") -> Watch:
    environment, _ = Environment.objects.get_or_create(
        project=project, name=f"eu-{kind}", defaults={"kind": kind}
    )
    watch, _ = Watch.objects.get_or_create(environment=environment, probe=probe)
    return watch


def run(watch: Watch, verdict: str, *, at: dt.datetime | None = None, **finding) -> ProbeRun:
    """A run that is done, told as the engine tells it."""
    at = at or timezone.now()
    finding = {"says": f"It is a {verdict}.", "next_step": "Look at it.", **finding}
    done = ProbeRun.objects.create(
        watch=watch,
        state="done",
        verdict=verdict,
        says=finding["says"],
        finding=finding,
        queued_at=at,
        finished_at=at,
    )
    watch.last_run = done
    watch.save()
    telling.after_run(done)
    return done


def runs(watch: Watch, letters: str, *, minutes: int = 11, start: dt.datetime | None = None):
    """One after the other, eleven minutes apart; returns when the last one was."""
    at = start or timezone.now()
    for letter in letters:
        with time_machine.travel(at, tick=False):
            run(watch, VERDICTS[letter], at=at)
        at += dt.timedelta(minutes=minutes)
    return at


def spend(used: str, **more) -> dict:
    """A finding of spend-to-date."""
    return {"measures": [{"name": "budget used", "value": used, "unit": "%"}], **more}


def told(team: Team) -> list[str]:
    """The kinds of the team's alerts, the oldest first."""
    return [alert.kind for alert in team.alerts.order_by("at")]


def execute(delivery: Delivery, *, times: int = 1) -> Delivery:
    """As the worker does, each time when it is due."""
    for _ in range(times):
        row = Delivery.objects.get(pk=delivery.pk)
        with time_machine.travel(max(row.next_at, timezone.now()), tick=False):
            row.execute()
    return Delivery.objects.get(pk=delivery.pk)
