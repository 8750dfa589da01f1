"""The page of one probe on one environment."""

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from audits import access
from audits.forms.watches import LogForm, MuteForm, ScheduleForm
from audits.http import Request
from audits.models import Alerting, Delivery, Heartbeat, Watch
from audits.models.past import WINDOWS, past
from audits.models.tooling import price_of
from audits.probes.base import Cost
from audits.probes.findings import from_json
from audits.probes.prices import PricesFault
from audits.views.probe_charts import latency_panel, spend_panel, verdict_panel, window_of
from audits.views.probe_rows import probe_rows

RUNS_SHOWN = 20


def watch_page(request: Request, watch: Watch, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page, with a form that was refused in its place; for htmx what it saw last, which asks
    again while a run is under way."""
    (row,) = probe_rows([watch])
    environment, last = watch.environment, watch.last_run
    project = environment.project
    context = {
        "watch": watch,
        "row": row,
        "probe": row.probe,
        "environment": environment,
        "project": project,
        "team": project.team,
        "membership": access.membership(request.user, project.team),
        "finding": from_json(last.finding) if last and last.finding else None,
        "no_worker": Heartbeat.complaint(Heartbeat.Part.WORKER) if row.run else "",
        "runs": watch.runs.select_related("asked_by")[:RUNS_SHOWN],
    }
    if request.htmx and status == 200:
        return render(request, "watches/watch_detail.html#last", context)
    context |= _over_time(request, watch) | _agreements(watch) | _alerts(watch)
    context |= {
        "schedule_form": ScheduleForm(watch=watch),
        "mute_form": MuteForm(auto_id="mute-%s"),
        "log_form": LogForm(),
    }
    return render(request, "watches/watch_detail.html", context | forms, status=status)


def _over_time(request: Request, watch: Watch) -> dict[str, Any]:
    window = window_of(request.GET.get("window"))
    seen = past(watch, window, timezone.now())
    return {
        "windows": WINDOWS.values(),
        "window": window,
        "verdicts": verdict_panel(seen),
        "latency": latency_panel(watch, seen),
        "spend": spend_panel(watch) if watch.probe == "spend-to-date" else None,
    }


def _agreements(watch: Watch) -> dict[str, Any]:
    probe = watch.definition
    return {
        "price": _price(watch) if probe.cost is not Cost.FREE else None,
        "needs_second_yes": probe.intrusive and watch.environment.is_production,
    }


def _price(watch: Watch) -> Decimal | None:
    """The most that a run costs; None where a price is not known."""
    try:
        return price_of(watch)
    except PricesFault:
        return None


def _alerts(watch: Watch) -> dict[str, Any]:
    asked = Delivery.objects.unanswered_tests().filter(alert__watch=watch)
    return {
        "alerting": Alerting.objects.filter(watch=watch).select_related("muted_by").first(),
        "asked": asked.select_related("alert", "channel").order_by("-alert__at"),
    }
