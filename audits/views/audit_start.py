"""Starting an audit: a form that stays short, however many projects and checklists there are."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from audits import access
from audits.forms.audits import AuditForm
from audits.http import Request, require_form
from audits.models import Audit, Project, Team, User
from audits.models.errors import Refused
from audits.models.portfolio import LAUNCH, Wanted, portfolio
from audits.models.words import cleaned, holds, words
from checklist.models import Edition

# The rest is found by words.
OFFERED = 8


@dataclass(frozen=True)
class Offer:
    """What a list of the form shows: what is chosen, then what has the words that are sought,
    of which `unseen` more are not shown. A short list needs no search."""

    shown: list[Any]
    chosen: Collection
    sought: str
    unseen: int
    is_long: bool


@require_form
def audit_new(request: Request) -> HttpResponse:
    """`project` and `edition` in the query string are chosen beforehand."""
    teams = list(access.teams_for_edit(request.user).order_by("name"))
    sent = request.POST if request.method == "POST" else request.GET
    wants_to_start = request.method == "POST" and not _only_looks(sent)
    form = AuditForm(
        sent if wants_to_start else None,
        projects=access.projects_for_edit(request.user),
        editions=access.editions(request.user),
        initial={"title": sent.get("title", "")},
    )
    if form.is_valid():
        try:
            return redirect(_start(form.cleaned_data, request.user))
        except Refused as error:
            form.add_error(error.field, str(error))
    context = {"form": form, "teams_for_edit": teams} | _offers(sent, request.user, teams)
    status = 422 if form.is_bound else 200
    return render(request, "audits/audit_new.html", context, status=status)


def _start(chosen: dict[str, Any], by: User) -> Audit:
    return Audit.objects.start(chosen["project"], chosen["title"], chosen["editions"], by=by)


def _only_looks(sent: QueryDict) -> bool:
    """Whether the form was sent to find or to switch, and not to start: by a button that says
    so, by new words, or by the Enter key before there is a title."""
    if "again" in sent or "switch" in sent:
        return True
    if "enter" in sent and not sent.get("title", "").strip():
        return True
    return any(
        sent.get(f"find_{noun}", "") != sent.get(f"found_{noun}", "")
        for noun in ("project", "checklist")
    )


def _offers(sent: QueryDict, user: User, teams: list[Team]) -> dict[str, Any]:
    """`team`, `projects` and `checklists` of the page; nothing without a team to start in."""
    if not teams:
        return {"team": None}
    pk = _uuid(sent.get("project"))
    project = access.projects_for_edit(user).filter(pk=pk).first() if pk else None
    editions = _chosen_editions(sent, user)
    team = _team(sent, teams, project, editions)
    return {
        "team": team,
        "projects": _projects(user, team, project, cleaned(sent.get("find_project", ""))),
        "checklists": _checklists(user, team, editions, cleaned(sent.get("find_checklist", ""))),
    }


def _team(
    sent: QueryDict, teams: list[Team], project: Project | None, editions: Iterable[Edition]
) -> Team:
    """The one that was switched to; else that of what is chosen; else the first."""
    named = sent.get("switch") or (project and project.team_id) or sent.get("team")
    owners = [edition.checklist.owner for edition in editions if edition.checklist.owner]
    wanted = [_uuid(str(named)), *owners]
    return next((team for pk in wanted for team in teams if team.pk == pk), teams[0])


def _chosen_editions(sent: QueryDict, user: User) -> list[Edition]:
    """The latest editions of the checklists whose editions were named."""
    named = [*sent.getlist("editions"), *sent.getlist("edition")]
    pks = [int(pk) for pk in named if pk.isdecimal() and len(pk) < 19]
    if not pks:
        return []
    return list(access.editions(user).filter(checklist__editions__in=pks).distinct())


def _projects(user: User, team: Team, project: Project | None, sought: str) -> Offer:
    everything = portfolio(user, Wanted(team=team.pk, sort=LAUNCH))
    found = portfolio(user, Wanted(team=team.pk, sort=LAUNCH, words=words(sought)))
    chosen = [project] if project and project.team_id == team.pk else []
    offer = _offer(everything, found, chosen, sought)
    if len(offer.shown) == 1 and not offer.is_long:
        return _offer(everything, found, offer.shown, sought)
    return offer


def _checklists(user: User, team: Team, chosen: list[Edition], sought: str) -> Offer:
    everything = access.editions(user).filter(
        Q(checklist__owner=None) | Q(checklist__owner=team.pk)
    )
    found = everything
    for word in words(sought):
        found = found.filter(holds(word, "title", "summary", "checklist__slug"))
    known = [edition for edition in chosen if edition.checklist.owner in (None, team.pk)]
    return _offer(everything, found, known, sought)


def _offer(everything: QuerySet, found: QuerySet, chosen: list[Any], sought: str) -> Offer:
    pks = [row.pk for row in chosen]
    others = found.exclude(pk__in=pks)
    shown = list(others[:OFFERED])
    return Offer(
        shown=[*chosen, *shown],
        chosen=pks,
        sought=sought,
        unseen=others.count() - len(shown),
        is_long=everything.count() > OFFERED,
    )


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except (TypeError, ValueError):
        return None
