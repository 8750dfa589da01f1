from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audits import access
from audits.http import Request

ENTRIES_A_PAGE = 100


@require_safe
def ledger(request: Request, pk, environment_pk) -> HttpResponse:
    """Every paid call of the environment's probes, the latest first."""
    environment = access.environment_for_view(request.user, pk, environment_pk)
    entries = environment.ledger.select_related("run__watch").order_by("-at", "pk")
    return render(
        request,
        "environments/ledger.html",
        {
            "environment": environment,
            "team": environment.project.team,
            "page": Paginator(entries, ENTRIES_A_PAGE).get_page(request.GET.get("page")),
        },
    )
