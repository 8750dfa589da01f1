"""What a project deploys: registering it may end a sign-off that was given for another release."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from audits import access
from audits.forms.projects import ReleaseForm
from audits.http import Request
from audits.models import Release
from audits.models.errors import Refused
from audits.views.projects import RELEASE_ID, project_page

A_PAGE = 50


@require_safe
def release_list(request: Request, pk) -> HttpResponse:
    project = access.project_for_view(request.user, pk)
    return render(
        request,
        "projects/release_list.html",
        {
            "project": project,
            "team": project.team,
            "page": Paginator(project.releases.all(), A_PAGE).get_page(request.GET.get("page")),
        },
    )


@require_POST
def release_register(request: Request, pk) -> HttpResponse:
    project = access.project_for_edit(request.user, pk)
    form = ReleaseForm(request.POST, auto_id=RELEASE_ID)
    if form.is_valid():
        try:
            release = Release.objects.register(project, form.cleaned_data["name"], by=request.user)
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            _tell(request, release)
            return redirect(project)
    return project_page(request, project, release_form=form)


def _tell(request: Request, release: Release) -> None:
    if not release.is_new:
        messages.info(request, f"{release} is the latest release already.")
        return
    messages.success(request, f"The release {release} is registered.")
    if release.ended:
        names = ", ".join(f"“{row.audit.title}”" for row in release.ended)
        messages.warning(request, f"It ended what was signed or proposed for another: {names}.")
