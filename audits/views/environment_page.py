"""What the machine sees of an environment."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from audits import access
from audits.http import Request
from audits.models import Environment, Heartbeat, ProbeRun, Watch
from audits.models.ledger import spent_today
from audits.models.probe_health import Health
from audits.probes.base import Cost
from audits.tasks import ring_for_run
from audits.views.probe_charts import latency_panel, spend_panel
from audits.views.probe_rows import probe_rows


@require_safe
@vary_on_headers("HX-Request")
def environment_detail(request: Request, pk, environment_pk) -> HttpResponse:
    return environment_page(request, access.environment_for_view(request.user, pk, environment_pk))


def environment_page(request: Request, environment: Environment) -> HttpResponse:
    """The page; for htmx its probes alone, which ask again while one of them runs."""
    watches = list(environment.watches.known().select_related("last_run"))
    for watch in watches:
        watch.environment = environment
    rows = probe_rows(watches)
    context = {
        "environment": environment,
        "project": environment.project,
        "team": environment.project.team,
        "membership": access.membership(request.user, environment.project.team),
        "rows": rows,
        "health": Health.of(row.verdict for row in rows),
        "running": sum(1 for row in rows if row.run),
        "no_worker": Heartbeat.complaint(Heartbeat.Part.WORKER),
    }
    template = "environments/environment_detail.html"
    if request.htmx:
        return render(request, f"{template}#probes", context)
    by_probe = {watch.probe: watch for watch in watches}
    context |= {
        "keys": environment.keys.select_related("added_by"),
        "spent_today": spent_today(environment),
        "latency": latency_panel(by_probe.get("latency")),
        "spend": spend_panel(by_probe.get("spend-to-date")),
    }
    return render(request, template, context)


@require_POST
def environment_run(request: Request, pk, environment_pk) -> HttpResponse:
    """Every probe that costs nothing and intrudes on nobody."""
    environment = access.environment_for_edit(request.user, pk, environment_pk)
    for watch in environment.watches.known():
        probe = watch.definition
        if probe.cost is not Cost.PAID and not probe.intrusive:
            ask(watch, request)
    if request.htmx:
        return environment_page(
            request, access.environment_for_view(request.user, pk, environment_pk)
        )
    return redirect(environment)


def ask(watch: Watch, request: Request) -> None:
    """Queue a run and ring for it. Refused while nobody agreed to it."""
    run = ProbeRun.objects.ask(watch, by=request.user)
    if run.state == ProbeRun.State.QUEUED:
        ring_for_run(run)
