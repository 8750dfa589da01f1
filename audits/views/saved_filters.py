"""Filters of the audit page that a team keeps by name."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from audits import access
from audits.forms.bulk import People
from audits.forms.correct import correct
from audits.forms.filters import FilterForm, NameForm
from audits.http import Request, posted, require_form
from audits.models import Audit, SavedFilter, Team
from audits.models.errors import Refused, RuleBroken
from audits.models.filters import NameTaken
from audits.views import filters
from audits.views.teams import team_page


@require_safe
def filter_list(request: Request, pk) -> HttpResponse:
    return _list(request, access.team_for_view(request.user, pk))


def _list(request: Request, team: Team, *, status: int = 200, **refused: Any) -> HttpResponse:
    names = People(team).names
    saved = [
        (each, filters.in_words(filters.read(QueryDict(each.query)), names))
        for each in team.filters.select_related("created_by")
    ]
    return team_page(
        request, team, "teams/filter_list.html", status=status, saved=saved, **refused
    )


@require_form
def filter_new(request: Request, pk) -> HttpResponse:
    """`query` is what the audit page shows, `audit` the one to go back to."""
    team = access.team_for_edit(request.user, pk)
    form = FilterForm(posted(request), initial=request.GET.dict())
    context: dict[str, Any] = {"form": form}
    status = 422 if form.is_bound else 200
    if form.is_valid():
        given = form.cleaned_data
        query = filters.read(QueryDict(given["query"])).query
        try:
            saved = SavedFilter.objects.keep(
                team,
                given["name"],
                query,
                by=request.user,
                replacing=given["replacing"] or None,
            )
        except NameTaken as error:
            context["versions"] = _versions(team, error.filter, query)
            correct(form, replacing=error.filter.query)
            status = error.status
        except Refused as error:
            form.add_error(error.field if error.field == "name" else None, str(error))
        else:
            messages.success(request, f"The filter “{saved.name}” is saved for the whole team.")
            return _back(request, team, given["audit"], saved.query)
    shown = filters.read(QueryDict(form["query"].value() or ""))
    context["words"] = filters.in_words(shown, People(team).names)
    return team_page(request, team, "teams/filter_form.html", status=status, **context)


def _versions(team: Team, saved: SavedFilter, query: str) -> dict[str, Any]:
    """What the name stands for now, and what it would."""
    names = People(team).names
    theirs, mine = (
        filters.in_words(filters.read(QueryDict(each)), names) for each in (saved.query, query)
    )
    return {"by": str(saved.created_by), "at": None, "rows": [("Shows", theirs, mine)]}


def _back(request: Request, team: Team, audit_pk, query: str) -> HttpResponse:
    audit = Audit.objects.visible_to(request.user).filter(pk=audit_pk).first()
    if audit is None:
        return redirect("filter-list", team.pk)
    return redirect(f"{audit.get_absolute_url()}?{query}")


@require_POST
def filter_rename(request: Request, pk, filter_pk) -> HttpResponse:
    saved = access.filter_for_edit(request.user, pk, filter_pk)
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            renamed = saved.rename(
                form.cleaned_data["name"], by=request.user, seen=request.POST.get("seen", "")
            )
        except RuleBroken as error:
            return _refused(request, saved, str(error), error.status)
        messages.success(request, f"The filter is called “{renamed.name}” now.")
        return redirect(saved)
    return _refused(request, saved, str(form.errors["name"][0]), 422)


@require_POST
def filter_remove(request: Request, pk, filter_pk) -> HttpResponse:
    saved = access.filter_for_edit(request.user, pk, filter_pk)
    try:
        saved.remove(by=request.user, seen=request.POST.get("seen", ""))
    except RuleBroken as error:
        return _refused(request, saved, str(error), error.status)
    messages.success(request, f"The filter “{saved.name}” is removed.")
    return redirect(saved)


def _refused(request: Request, saved: SavedFilter, error: str, status: int) -> HttpResponse:
    """The list once more, with what was typed and why it was refused."""
    typed = request.POST.get("name", "")
    return _list(request, saved.team, status=status, refused=saved.pk, typed=typed, error=error)
