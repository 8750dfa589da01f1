"""bench.targets COMMAND…, by way of bench.with_django: targets to probe, and what they cost.

ticks TARGETS       what a tick costs with so many environments, each with every probe
prepare TARGETS URL so many environments whose metrics are at URL, watched by nothing else
rate SECONDS        how many runs a minute the workers finish
verdicts RUNS       from asking to the stored verdict, one at a time
year DAYS           rows and bytes of one probe a minute, rolled up as it goes
"""

import datetime as dt
import json
import random
import sys
import time
from decimal import Decimal
from statistics import median, quantiles
from unittest.mock import patch

from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from audits import tasks
from audits.models import (
    Environment,
    ProbeRun,
    Rollup,
    Sample,
    Team,
    User,
    Watch,
    retention,
    rolling,
)
from audits.probes.base import Finding, Verdict
from audits.probes.findings import as_json

PROBE = "app-metrics"
PERSON, PASSWORD = "alice@harbour.example", "of the bench alone"
DUE = 50
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)


def _targets(number: int, **fields) -> None:
    user = User.objects.create_user(PERSON, PASSWORD, name="Alice Berg")
    EmailAddress.objects.create(user=user, email=PERSON, primary=True, verified=True)
    project = Team.objects.found("Harbour", by=user).projects.create(name="Assistant")
    Environment.objects.bulk_create(
        (
            Environment(project=project, kind="staging", name=f"copy {n}", **fields)
            for n in range(number)
        ),
        batch_size=500,
    )
    Watch.objects.make_all_missing()


def ticks(number: str) -> dict:
    """Milliseconds of the median tick: with nothing due, and with as many due each time."""
    _targets(int(number))
    later = timezone.now() + DAY
    Watch.objects.update(next_at=later)
    found = {"watches": Watch.objects.count()}
    with patch.object(tasks.roll_up, "apply_async"):
        found["idle_ms"] = median(_tick(0) for _ in range(9))
        found["due_ms"] = median(_tick(DUE) for _ in range(9))
    return found


def _tick(due: int) -> float:
    now = timezone.now()
    ProbeRun.objects.all().delete()
    pks = list(Watch.objects.order_by("?").values_list("pk", flat=True)[:due])
    Watch.objects.filter(pk__in=pks).update(next_at=now, enabled=True, every_minutes=60)
    began = time.perf_counter()
    tasks.run_probes(now, now)
    taken = (time.perf_counter() - began) * 1000
    if ProbeRun.objects.count() != due:
        raise RuntimeError(f"{ProbeRun.objects.count()} runs were queued, {due} were due")
    return taken


def prepare(number: str, url: str) -> dict:
    _targets(int(number), metrics_url=url)
    now = timezone.now()
    Watch.objects.exclude(probe=PROBE).delete()
    Watch.objects.update(next_at=now, enabled=True, every_minutes=1)
    paths = [watch.get_absolute_url() for watch in Watch.objects.all()[:20]]
    return {"people": [PERSON], "password": PASSWORD, "watches": paths}


def rate(seconds: str) -> dict:
    """Counted while the workers are busy; whatever errs is no answer."""
    done = ProbeRun.objects.filter(state="done")
    while done.count() < 20:
        time.sleep(0.1)
    began, before = time.perf_counter(), done.count()
    time.sleep(float(seconds))
    runs = done.count() - before
    minutes = (time.perf_counter() - began) / 60
    return {"a_minute": runs / minutes, "errors": done.filter(verdict="error").count()}


def verdicts(number: str) -> dict:
    Watch.objects.update(next_at=None)
    while ProbeRun.objects.unfinished().exists():
        time.sleep(0.1)
    user, watches = User.objects.get(), list(Watch.objects.all()[:20])
    taken = []
    for place in range(int(number)):
        began = time.perf_counter()
        run = ProbeRun.objects.ask(watches[place % len(watches)], by=user)
        tasks.ring_for_run(run)
        while ProbeRun.objects.filter(pk=run.pk).exclude(state="done").exists():
            time.sleep(0.002)
        taken.append((time.perf_counter() - began) * 1000)
        time.sleep(random.uniform(0.1, 0.3))
    cuts = quantiles(taken, n=100, method="inclusive")
    return {"p50_ms": cuts[49], "p95_ms": cuts[94]}


def year(days: str) -> dict:
    """A streamed call each minute, whose verdict changes every third day."""
    _targets(1)
    watch = Watch.objects.get(probe=PROBE)
    empty, start = _bytes(), dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    chance, worst = random.Random(1), {"rows": 0, "mb": 0.0}
    for day in range(int(days)):
        _live(watch, start + day * DAY, day, chance)
        rolling.roll_up(start + (day + 1) * DAY + 3 * MINUTE, retention.let_go)
        if day % 30 == 29:
            worst["mb"] = max(worst["mb"], (_bytes() - empty) / 1e6)
    return {
        "runs": ProbeRun.objects.count(),
        "samples": Sample.objects.count(),
        "hours": Rollup.objects.filter(period="hour").count(),
        "days": Rollup.objects.filter(period="day").count(),
        "mb": (_bytes() - empty) / 1e6,
        "most_mb": worst["mb"],
    }


def _live(watch: Watch, day: dt.datetime, number: int, chance: random.Random) -> None:
    """What a day of runs leaves, as `running` would have stored it."""
    verdict = Verdict.FAIL if number % 3 == 2 else Verdict.PASS
    finding = as_json(
        Finding(verdict, "p95 is 812 ms of 10,000 ms allowed." * 2, "It was asked." * 4)
    )
    finding["answer"] = "x" * 1500
    runs, samples = [], []
    for minute in range(24 * 60):
        at = day + minute * MINUTE
        changed = minute == 0 and number % 3 != 1
        run = ProbeRun(
            watch=watch,
            state="done",
            queued_at=at,
            rung_at=at,
            started_at=at,
            finished_at=at,
            attempts=1,
            verdict=verdict.value,
            says=finding["says"],
            finding=finding,
            duration_ms=900,
            stays=changed,
        )
        ttft = Decimal(round(chance.lognormvariate(6, 0.5), 3))
        samples.append(
            Sample(
                watch=watch,
                run=run,
                at=at,
                model="claude-sonnet-4-5-20250929",
                ttft_ms=ttft,
                total_ms=ttft * 4,
            )
        )
        runs.append(run)
    ProbeRun.objects.bulk_create(runs, batch_size=200)
    Sample.objects.bulk_create(samples, batch_size=200)
    Watch.objects.filter(pk=watch.pk).update(verdict_at=day + DAY, last_run=runs[-1])


def _bytes() -> int:
    """Of the database, free pages that it fills again left out."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT (page_count - freelist_count) * page_size "
                "FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
            )
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        return cursor.fetchone()[0]


COMMANDS = {
    "ticks": ticks,
    "prepare": prepare,
    "rate": rate,
    "verdicts": verdicts,
    "year": year,
}

if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    print(json.dumps(COMMANDS[command](*arguments)))
