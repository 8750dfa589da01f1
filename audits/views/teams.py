from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from audits import access
from audits.forms.teams import MemberForm, RoleForm, TeamForm
from audits.http import Request, posted, require_form
from audits.models import Membership, Team
from audits.models.errors import Refused


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
    return _team_page(request, access.team_for_view(request.user, pk))


def _team_page(request: Request, team: Team, *, form=None) -> HttpResponse:
    return render(
        request,
        "teams/team_detail.html",
        {
            "team": team,
            "membership": access.membership(request.user, team),
            "members": team.memberships.select_related("user"),
            "roles": Membership.Role.choices,
            "form": form or MemberForm(),
        },
        status=422 if form else 200,
    )


@require_POST
def member_add(request: Request, pk) -> HttpResponse:
    team = access.team_for_management(request.user, pk)
    form = MemberForm(request.POST)
    if form.is_valid():
        try:
            member = team.add_member(**form.cleaned_data)
        except Refused as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, f"{member.user.email} is {member.role} of {team} now.")
            return redirect(team)
    return _team_page(request, team, form=form)


@require_POST
def member_change(request: Request, pk, member_pk) -> HttpResponse:
    member = access.membership_for_management(request.user, pk, member_pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        member.change_role(form.cleaned_data["role"])
        messages.success(request, f"{member.user} is {member.role} now.")
    else:
        messages.error(request, "That is not a role. Choose one of the list.")
    return redirect(member.team)


@require_form
def member_remove(request: Request, pk, member_pk) -> HttpResponse:
    """Asks first; a page of its own, so that it works without scripts."""
    member = access.membership_for_management(request.user, pk, member_pk)
    if request.method != "POST":
        context = {"member": member, "team": member.team}
        return render(request, "teams/member_remove.html", context)
    member.end()
    messages.success(request, f"{member.user} is no longer a member.")
    return redirect("project-list" if member.user == request.user else member.team)
