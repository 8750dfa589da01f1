from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from audits import access
from audits.forms.correct import correct
from audits.forms.teams import RemovalForm, RoleForm, SettingsForm, TeamForm
from audits.http import Request, posted, require_form
from audits.models import Membership, Policy, Team
from audits.models.activity import Place, latest, people, sentence
from audits.models.errors import Outdated, Refused
from audits.models.handovers import actions_of, left_open_by, part
from audits.models.policies import why_impossible
from audits.models.teams import SETTINGS, in_words
from audits.models.words import cleaned

MEMBERS_A_PAGE = 50
# Enough to see what it is about; the rest is counted.
ANSWERS_SHOWN = 20


def team_page(
    request: Request, team: Team, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """One of the team's tabs."""
    membership = access.membership(request.user, team)
    context |= {"team": team, "membership": membership}
    return render(request, template, context, status=status)


@require_form
def team_new(request: Request) -> HttpResponse:
    form = TeamForm(posted(request))
    if form.is_valid():
        team = Team.objects.found(form.cleaned_data["name"], by=request.user)
        messages.success(request, f"{team} is founded. Now make its first project.")
        return redirect("project-new", team.pk)
    return render(
        request, "teams/team_form.html", {"form": form}, status=422 if form.is_bound else 200
    )


@require_safe
def team_detail(request: Request, pk) -> HttpResponse:
    """The members: by name, fifty a page, with a search by name and address."""
    team = access.team_for_view(request.user, pk)
    query = cleaned(request.GET.get("q", ""))
    members = team.memberships.select_related("user")
    for word in query.split():
        members = members.filter(Q(user__name__icontains=word) | Q(user__email__icontains=word))
    return team_page(
        request,
        team,
        "teams/team_detail.html",
        page=Paginator(members, MEMBERS_A_PAGE).get_page(request.GET.get("page")),
        query=query,
        roles=Membership.Role.choices,
    )


@require_POST
def member_change(request: Request, pk, member_pk) -> HttpResponse:
    member = access.membership_for_management(request.user, pk, member_pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        member.change_role(form.cleaned_data["role"], by=request.user)
        messages.success(request, f"{member.user} is {member.role} now.")
        _warn_of_policy(request, member.team)
    else:
        messages.error(request, "That is not a role. Choose one of the list.")
    return redirect(member.team)


@require_form
def member_remove(request: Request, pk, member_pk) -> HttpResponse:
    """Asks first; a page of its own, so that it works without scripts."""
    member = access.membership_to_end(request.user, pk, member_pk)
    may_edit = access.membership(request.user, member.team).may_edit
    form = RemovalForm(posted(request), member=member, may_edit=may_edit)
    if form.is_valid():
        heir = form.cleaned_data.get("heir")
        actions = actions_of(member.user, member.team).count() if heir else 0
        given = part(member, by=request.user, heir=heir)
        text = f"{member.user} is no longer a member."
        if given:
            text += f" {heir} has {given} open answer{'s'[: given != 1]} now."
        if actions:
            text += f" {heir} has {actions} action item{'s'[: actions != 1]} of theirs now."
        messages.success(request, text)
        if member.user == request.user:
            return redirect("project-list")
        _warn_of_policy(request, member.team)
        return redirect(member.team)
    answers = left_open_by(member.user, member.team)
    context = {
        "form": form,
        "member": member,
        "team": member.team,
        "answers_count": answers.count(),
        "actions": actions_of(member.user, member.team).order_by("due"),
        "answers": answers.select_related("item", "audit").order_by("due", "audit", "position")[
            :ANSWERS_SHOWN
        ],
    }
    status = 422 if form.is_bound else 200
    return render(request, "teams/member_remove.html", context, status=status)


def _warn_of_policy(request: Request, team: Team) -> None:
    """Where the people who are left can no longer meet the sign-off policy."""
    if why := why_impossible(Policy.objects.of_team(team).written, team):
        messages.warning(request, f"The sign-off policy cannot be met now: {' '.join(why)}")


@require_form
def team_settings(request: Request, pk) -> HttpResponse:
    team = access.team_for_management(request.user, pk)
    initial = {name: getattr(team, name) for name in ("version", *SETTINGS)}
    form = SettingsForm(posted(request), initial=initial)
    context: dict[str, Any] = {"form": form}
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            _change_settings(team, form.cleaned_data, request)
        except Outdated:
            team.refresh_from_db()
            context["versions"] = _versions(team, form.cleaned_data)
            correct(form, version=team.version)
            status = 409
        except Refused as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, "The settings are saved.")
            return redirect("team-settings", team.pk)
    return team_page(request, team, "teams/team_settings.html", status=status, **context)


def _change_settings(team: Team, values: dict[str, Any], request: Request) -> None:
    chosen = {name: values[name] for name in SETTINGS}
    team.change_settings(by=request.user, seen_version=values["version"], **chosen)


def _versions(team: Team, mine: dict[str, Any]) -> dict[str, Any]:
    """What is saved and what was sent, side by side."""
    event = team.last_settings_event()
    rows = [
        (label, in_words(getattr(team, name)), in_words(mine[name]))
        for name, label in SETTINGS.items()
    ]
    return {"by": event.actor_name, "at": event.at, "rows": rows}


@require_safe
def team_activity(request: Request, pk) -> HttpResponse:
    """The latest first; `before` goes on from a place, `person` asks for one person's."""
    team = access.team_for_view(request.user, pk)
    everybody = list(people(team))
    wanted = request.GET.get("person", "")
    person = next((user for user in everybody if str(user.pk) == wanted), None)
    events, after = latest(team, before=Place.read(request.GET.get("before", "")), by=person)
    return team_page(
        request,
        team,
        "teams/team_activity.html",
        events=[(event, sentence(event)) for event in events],
        after=after,
        people=everybody,
        person=person,
    )
