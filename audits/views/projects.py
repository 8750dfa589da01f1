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
from audits.forms.projects import EnvironmentForm, ProjectForm, ReleaseForm
from audits.http import Request, posted, require_form
from audits.models import Environment, Project, Review, Round, ahead
from audits.models.errors import Outdated
from audits.models.probe_health import Health, of_environments
from audits.views.macros import day
from audits.views.project_rows import audits_html

AUDITS_A_PAGE = 50
# On the project's page; all of them have a page of their own.
RELEASES_SHOWN = 5
REVIEWS_SHOWN = 5
# The page has the form of an environment too, which has a name as well.
RELEASE_ID = "release-%s"


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
    return project_page(request, access.project_for_view(request.user, pk))


def project_page(
    request: Request, project: Project, *, environment_form=None, release_form=None
) -> HttpResponse:
    """The page, with a form that was refused in its place."""
    releases = list(project.releases.all()[: RELEASES_SHOWN + 1])
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
            "environments": _environments(project),
            "ahead": ahead.of_projects([project.pk])[project.pk],
            "reviews": _reviews(project),
            "environment_form": environment_form or EnvironmentForm(),
            "releases": releases[:RELEASES_SHOWN],
            "has_more_releases": len(releases) > RELEASES_SHOWN,
            "bound": Round.objects.bound_of(project),
            "release_form": release_form or ReleaseForm(auto_id=RELEASE_ID),
        },
        status=422 if environment_form or release_form else 200,
    )


def _reviews(project: Project) -> list[Review]:
    """Those that are ahead, the next first, and then the last ones that ended."""
    of_project = Review.objects.filter(audit__project=project).select_related("audit")
    rows = of_project.defer("minutes")
    ended = rows.filter(state=Review.State.ENDED).order_by("-ended_at")
    return [*rows.ahead().order_by("starts_at")[:REVIEWS_SHOWN], *ended[:REVIEWS_SHOWN]]


def _environments(project: Project) -> list[tuple[Environment, Health]]:
    environments = list(project.environments.all())
    health = of_environments(each.pk for each in environments)
    return [(each, health.get(each.pk, Health())) for each in environments]


@require_POST
def environment_add(request: Request, pk) -> HttpResponse:
    project = access.project_for_edit(request.user, pk)
    form = EnvironmentForm(request.POST, instance=Environment(project=project))
    if form.is_valid() and form.add():
        return redirect(project)
    return project_page(request, project, environment_form=form)


@require_form
def environment_remove(request: Request, pk, environment_pk) -> HttpResponse:
    """Asks first; a page of its own, so that it works without scripts."""
    environment = access.environment_for_edit(request.user, pk, environment_pk)
    if request.method == "POST":
        environment.remove(by=request.user)
        messages.success(request, f"{environment} is removed.")
        return redirect(environment.project)
    return render(
        request,
        "projects/environment_remove.html",
        {"environment": environment, "project": environment.project},
    )
