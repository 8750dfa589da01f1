from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audits import access
from audits.http import Request
from audits.probes.findings import from_json


@require_safe
def run_detail(request: Request, pk) -> HttpResponse:
    run = access.run_for_view(request.user, pk)
    return render(
        request,
        "runs/run_detail.html",
        {
            "run": run,
            "probe": run.watch.definition,
            "environment": run.watch.environment,
            "team": run.watch.environment.project.team,
            "finding": from_json(run.finding) if run.finding else None,
        },
    )
