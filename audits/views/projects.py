from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from audits import access
from audits.forms.projects import EnvironmentForm, ProjectForm
from audits.http import Request, posted, require_form
from audits.models import Audit, Environment, Project
from audits.models.progress import Progress, by_audit


@require_safe
def project_list(request: Request) -> HttpResponse:
    """Home: what is being launched, what burns first."""
    projects = list(
        access.projects(request.user).prefetch_related(
            Prefetch("audits", Audit.objects.order_by("-created_at"))
        )
    )
    _with_progress(audit for project in projects for audit in project.audits.all())
    return render(
        request,
        "projects/project_list.html",
        {
            "projects": projects,
            "teams_for_edit": list(access.teams_for_edit(request.user)),
        },
    )


@require_form
def project_new(request: Request, team_pk) -> HttpResponse:
    team = access.team_for_edit(request.user, team_pk)
    form = ProjectForm(posted(request))
    if form.is_valid():
        form.instance.team = team
        return redirect(form.save())
    return render(
        request,
        "projects/project_form.html",
        {"form": form, "team": team},
        status=422 if form.is_bound else 200,
    )


@require_form
def project_edit(request: Request, pk) -> HttpResponse:
    project = access.project_for_edit(request.user, pk)
    form = ProjectForm(posted(request), instance=project)
    if form.is_valid():
        return redirect(form.save())
    return render(
        request,
        "projects/project_form.html",
        {"form": form, "team": project.team, "project": access.project_for_view(request.user, pk)},
        status=422 if form.is_bound else 200,
    )


@require_safe
def project_detail(request: Request, pk) -> HttpResponse:
    return _project_page(request, access.project_for_view(request.user, pk))


def _project_page(request: Request, project: Project, *, environment_form=None) -> HttpResponse:
    audits = list(project.audits.select_related("created_by").order_by("-created_at"))
    _with_progress(audits)
    return render(
        request,
        "projects/project_detail.html",
        {
            "project": project,
            "team": project.team,
            "membership": access.membership(request.user, project.team),
            "audits": audits,
            "environments": project.environments.all(),
            "environment_form": environment_form or EnvironmentForm(),
        },
        status=422 if environment_form else 200,
    )


@require_POST
def environment_add(request: Request, pk) -> HttpResponse:
    project = access.project_for_edit(request.user, pk)
    form = EnvironmentForm(request.POST, instance=Environment(project=project))
    if not form.is_valid():
        return _project_page(request, project, environment_form=form)
    form.save()
    return redirect(project)


@require_POST
def environment_remove(request: Request, pk, environment_pk) -> HttpResponse:
    environment = access.environment_for_edit(request.user, pk, environment_pk)
    environment.delete()
    return redirect(environment.project)


def _with_progress(audits) -> None:
    audits = list(audits)
    progress = by_audit(audits)
    for audit in audits:
        audit.progress = progress.get(audit.pk, Progress())
