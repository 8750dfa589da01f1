"""A team's own crosswalks: a list, one of them, its file, and a new one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from audits import access
from audits.forms.crosswalks import CrosswalkForm
from audits.http import Request, posted, require_form
from audits.models import Team
from audits.models.crosswalks import crosswalks_of, digest_of, load_crosswalk, preview_crosswalk
from audits.models.words import cleaned
from audits.views.teams import team_page
from checklist import crosswalk_definitions, crosswalk_pages
from checklist.crosswalk_views import as_file
from checklist.faults import FaultyFile
from checklist.models import Crosswalk


@require_safe
def crosswalk_list(request: Request, pk) -> HttpResponse:
    team = access.team_for_view(request.user, pk)
    return team_page(
        request,
        team,
        "teams/crosswalk_list.html",
        own=crosswalks_of(team),
        crosswalks=Crosswalk.objects.current().filter(owner=None).with_counts(),
    )


@require_safe
def crosswalk_detail(request: Request, pk, crosswalk: str) -> HttpResponse:
    team = access.team_for_view(request.user, pk)
    found = get_object_or_404(crosswalks_of(team), slug=crosswalk)
    kind, number = request.GET.get("kind", ""), request.GET.get("page")
    context = crosswalk_pages.context(found, kind, number)
    context |= {"team": team, "membership": access.membership(request.user, team)}
    return render(request, "teams/crosswalk_detail.html", context)


@require_safe
def crosswalk_export(request: Request, pk, crosswalk: str) -> HttpResponse:
    team = access.team_for_view(request.user, pk)
    return as_file(get_object_or_404(crosswalks_of(team), slug=crosswalk))


@require_form
def crosswalk_new(request: Request, pk) -> HttpResponse:
    """Takes a file or a text and says what it would change; loads what was looked at, which is
    what `load` names. `from` begins with the text of one that is there."""
    team = access.team_for_edit(request.user, pk)
    if posted(request) is None:
        form = CrosswalkForm(initial={"text": _beginning(team, request.GET.get("from", ""))})
        return _page(request, team, form)
    form = CrosswalkForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, team, form, status=422)
    return _take(request, team, form.data_bytes())


def _beginning(team: Team, slug: str) -> str:
    # Whatever the address holds, PostgreSQL is asked for nothing that it cannot store.
    found = crosswalks_of(team).filter(slug=cleaned(slug)).first()
    return crosswalk_definitions.dump(found) if found else ""


def _take(request: Request, team: Team, data: bytes) -> HttpResponse:
    # Whatever came, as a file too, stands in the text from now on: to be mended, or to be loaded.
    form = CrosswalkForm(initial={"text": data.decode(errors="replace")})
    try:
        if request.POST.get("load") != digest_of(data):
            return _page(request, team, form, preview=preview_crosswalk(team, data))
        crosswalk = load_crosswalk(team, data, by=request.user)
    except FaultyFile as error:
        return _page(request, team, form, faults=error.faults, status=422)
    messages.success(request, f"{crosswalk} is loaded. Audits that start from now on use it.")
    return redirect(crosswalk)


def _page(
    request: Request, team: Team, form: CrosswalkForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {"form": form}
    return team_page(request, team, "teams/crosswalk_form.html", status=status, **context)
