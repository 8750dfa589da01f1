"""Home: what is being launched, what burns first."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audits import access
from audits.http import Request
from audits.models import ahead
from audits.models.portfolio import portfolio
from audits.views.portfolio_query import Query
from audits.views.project_rows import portfolio_html

PROJECTS_A_PAGE = 50


@require_safe
def project_list(request: Request) -> HttpResponse:
    teams = list(access.teams(request.user).order_by("name"))
    teams_for_edit = list(access.teams_for_edit(request.user).order_by("name"))
    query = Query(request.GET, teams)
    projects = Paginator(portfolio(request.user, query.wanted), PROJECTS_A_PAGE)
    page = projects.get_page(request.GET.get("page"))
    may_edit = {team.pk for team in teams_for_edit}
    context = {
        "teams": teams,
        "teams_for_edit": teams_for_edit,
        "query": query,
        "page": page,
        "own_actions": ahead.of_person(request.user),
        "rows": portfolio_html(page, teams=teams, may_edit=may_edit),
    }
    return render(request, "projects/project_list.html", context)
