"""The sign-off policy of a team, and what an audit asks on top of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from audits import access
from audits.forms.correct import correct
from audits.forms.policies import PolicyForm
from audits.http import Request, posted, require_form
from audits.models import Policy, User
from audits.models.authors import main_author
from audits.models.errors import Outdated, Refused
from audits.models.policies import approvers, unsignable, why_impossible
from audits.models.quorum import Role, Rules
from audits.views.teams import team_page

# Of those that nobody can sign; the rest is counted.
AUDITS_SHOWN = 50


class RoleShown(NamedTuple):
    """`people` may sign in it, by name; `gone` are named too, and may approve no longer."""

    name: str
    signatures: int
    everybody: bool
    people: list[str]
    gone: list[str]

    def __str__(self) -> str:
        return f"{self.signatures} × {self.name}" + (
            "" if self.everybody else f" ({', '.join(self.people + self.gone) or 'nobody'})"
        )


@require_safe
def team_policy(request: Request, pk) -> HttpResponse:
    team = access.team_for_view(request.user, pk)
    policy = Policy.objects.of_team(team)
    rules, able = policy.written, approvers(team)
    others = unsignable(team)
    return team_page(
        request,
        team,
        "policies/team_policy.html",
        policy=policy,
        rules=rules,
        roles=_roles(rules, able),
        approvers=able.values(),
        why=why_impossible(rules, team),
        unsignable=others[:AUDITS_SHOWN],
        unsignable_count=len(others),
    )


@require_form
def team_policy_edit(request: Request, pk) -> HttpResponse:
    team = access.team_for_management(request.user, pk)
    policy, able = Policy.objects.of_team(team), approvers(team)
    form = PolicyForm(
        posted(request),
        rules=policy.written,
        approvers=able,
        initial={"version": policy.version},
    )

    def save(rules: Rules, seen_version: int) -> None:
        Policy.objects.change_team(team, rules, by=request.user, seen_version=seen_version)

    def saved() -> tuple[Policy, Rules]:
        now = Policy.objects.of_team(team)
        return now, now.written

    status, versions = _take(form, save, saved, able)
    if status == 302:
        messages.success(request, "The sign-off policy is saved.")
        return redirect("team-policy", team.pk)
    return team_page(
        request,
        team,
        "policies/team_policy_edit.html",
        status=status,
        form=form,
        versions=versions,
    )


@require_safe
def audit_policy(request: Request, pk) -> HttpResponse:
    """The team's rules, what the audit asks on top, and both together, which is in force."""
    audit = access.audit_for_view(request.user, pk)
    team = audit.project.team
    of_team = Policy.objects.of_team(team).written
    on_top = Policy.objects.of_audit(audit).written
    both = of_team.tightened(on_top)
    able = approvers(team)
    decided = audit.rounds.sealed().first() if audit.is_sealed else None
    if decided:
        both = decided.rules_then
    context = {
        "audit": audit,
        "project": audit.project,
        "team": team,
        "membership": access.viewer(request.user, audit),
        "decided": decided,
        "both": (both, _roles(both, able)),
        "of_team": (of_team, _roles(of_team, able)),
        "on_top": (on_top, _roles(on_top, able)),
        "asks_more": on_top != Rules(()),
        "why": [] if decided else why_impossible(both, team, main_author(audit)),
    }
    return render(request, "policies/audit_policy.html", context)


@require_form
def audit_policy_edit(request: Request, pk) -> HttpResponse:
    """Shows what is in force, of which an audit can ask for more."""
    audit = access.audit_for_approval(request.user, pk)
    audit.refuse_if_sealed()
    team = audit.project.team
    policy, able = Policy.objects.of_audit(audit), approvers(team)
    of_team = Policy.objects.of_team(team).written
    form = PolicyForm(
        posted(request),
        rules=of_team.tightened(policy.written),
        approvers=able,
        least=of_team,
        initial={"version": policy.version},
    )

    def save(rules: Rules, seen_version: int) -> None:
        Policy.objects.tighten(audit, rules, by=request.user, seen_version=seen_version)

    def saved() -> tuple[Policy, Rules]:
        now = Policy.objects.of_audit(audit)
        return now, of_team.tightened(now.written)

    status, versions = _take(form, save, saved, able)
    if status == 302:
        messages.success(request, "The sign-off policy of this audit is saved.")
        return redirect("audit-policy", audit.pk)
    context = {
        "audit": audit,
        "project": audit.project,
        "team": team,
        "form": form,
        "versions": versions,
    }
    return render(request, "policies/audit_policy_edit.html", context, status=status)


def _take(
    form: PolicyForm,
    save: Callable[[Rules, int], None],
    saved: Callable[[], tuple[Policy, Rules]],
    able: Mapping[int, User],
) -> tuple[int, dict[str, Any] | None]:
    """The answer's status, 302 when all is saved; and both versions where somebody else saved."""
    if not form.is_bound:
        return 200, None
    if not form.is_valid():
        return 422, None
    try:
        save(form.rules(), form.cleaned_data["version"])
    except Refused as refusal:
        form.add_error("valid_days" if refusal.field == "valid_days" else None, str(refusal))
        return 422, None
    except Outdated:
        policy, theirs = saved()
        correct(form, version=policy.version)
        rows = _side_by_side(theirs, form.rules(), able)
        return 409, {"by": policy.changed_by_name, "at": None, "rows": rows}
    return 302, None


def _side_by_side(
    theirs: Rules, mine: Rules, able: Mapping[int, User]
) -> list[tuple[str, str, str]]:
    pairs = zip(_in_rows(theirs, able), _in_rows(mine, able), strict=True)
    return [(label, saved, sent) for (label, saved), (_, sent) in pairs]


def _in_rows(rules: Rules, able: Mapping[int, User]) -> list[tuple[str, str]]:
    days = rules.valid_days
    return [
        ("Roles", "; ".join(str(role) for role in _roles(rules, able))),
        ("Four eyes", "yes" if rules.four_eyes else "no"),
        ("For one release", "yes" if rules.release_bound else "no"),
        ("A conditional go", "may be given" if rules.conditional else "may not be given"),
        ("Holds", f"{days} day{'s'[: days != 1]}" if days else "without an end"),
    ]


def _roles(rules: Rules, able: Mapping[int, User]) -> list[RoleShown]:
    gone = {pk for role in rules.roles for pk in role.people or ()} - able.keys()
    former = User.objects.in_bulk(gone) if gone else {}
    return [_shown(role, able, former) for role in rules.roles]


def _shown(role: Role, able: Mapping[int, User], former: Mapping[int, User]) -> RoleShown:
    people = role.people or frozenset()
    return RoleShown(
        role.name,
        role.count,
        role.people is None,
        _names(able, people),
        _names(former, people),
    )


def _names(users: Mapping[int, User], people: Sequence[int] | frozenset[int]) -> list[str]:
    return sorted(str(users[pk]) for pk in people if pk in users)
