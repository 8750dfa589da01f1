import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audits import access
from audits.forms.correct import correct
from audits.forms.projects import EnvironmentForm, ProjectForm
from audits.http import Request, posted, require_form
from audits.models import Environment, Project
from audits.models.errors import Outdated
from audits.views.macros import day
from audits.views.project_rows import audits_html

AUDITS_A_PAGE = 50


@require_form
def project_new(request: Request, team_pk) -> HttpResponse:
    team = access.team_for_edit(request.user, team_pk)
    form = ProjectForm(posted(request))
    if form.is_valid():
        form.instance.team = team
        project = form.instance.make(by=request.user)
        messages.success(request, f"{project} is there. Now start its first audit.")
        return redirect(f"{reverse('audit-new')}?project={project.pk}")
    return render(
        request,
        "projects/project_form.html",
        {"form": form, "team": team},
        status=422 if form.is_bound else 200,
    )


@require_form
def project_edit(request: Request, pk) -> HttpResponse:
    form = ProjectForm(posted(request), instance=access.project_for_edit(request.user, pk))
    # The form's own project takes what was sent, whatever becomes of it.
    project = access.project_for_view(request.user, pk)
    context: dict[str, Any] = {"form": form, "team": project.team, "project": project}
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            return redirect(_change(project, form.cleaned_data, request))
        except Outdated:
            project.refresh_from_db()
            context["versions"] = _versions(project, form.cleaned_data)
            correct(form, version=project.version)
            status = 409
    return render(request, "projects/project_form.html", context, status=status)


def _change(project: Project, values: dict[str, Any], request: Request) -> Project:
    written = {name: values[name] for name in Project.WRITTEN}
    return project.change(by=request.user, seen_version=values["version"], **written)


def _versions(project: Project, mine: dict[str, Any]) -> dict[str, Any]:
    """What is saved and what was sent, side by side."""
    rows = [
        (label, _shown(getattr(project, name)), _shown(mine[name]))
        for name, label in Project.WRITTEN.items()
    ]
    event = project.last_event()
    return {"by": event and event.actor_name, "at": event and event.at, "rows": rows}


def _shown(value: str | dt.date | None) -> str:
    return day(value) if isinstance(value, dt.date) else value or ""


@require_safe
def project_detail(request: Request, pk) -> HttpResponse:
    return _project_page(request, access.project_for_view(request.user, pk))


def _project_page(request: Request, project: Project, *, environment_form=None) -> HttpResponse:
    page = Paginator(
        project.audits.order_by("state", "-created_at", "id"), AUDITS_A_PAGE
    ).get_page(request.GET.get("page"))
    return render(
        request,
        "projects/project_detail.html",
        {
            "project": project,
            "team": project.team,
            "membership": access.membership(request.user, project.team),
            "page": page,
            "audits": audits_html(page) if page.paginator.count else "",
            "environments": project.environments.all(),
            "environment_form": environment_form or EnvironmentForm(),
        },
        status=422 if environment_form else 200,
    )


@require_POST
def environment_add(request: Request, pk) -> HttpResponse:
    project = access.project_for_edit(request.user, pk)
    form = EnvironmentForm(request.POST, instance=Environment(project=project))
    if form.is_valid() and form.add():
        return redirect(project)
    return _project_page(request, project, environment_form=form)


@require_form
def environment_remove(request: Request, pk, environment_pk) -> HttpResponse:
    """Asks first; a page of its own, so that it works without scripts."""
    environment = access.environment_for_edit(request.user, pk, environment_pk)
    if request.method == "POST":
        environment.delete()
        messages.success(request, f"{environment} is removed.")
        return redirect(environment.project)
    return render(
        request,
        "projects/environment_remove.html",
        {"environment": environment, "project": environment.project},
    )
