"""Every "may I?" query. What you may not see is a 404; what you see but may not do is a 403."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import F, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from audits.models import (
    Answer,
    ApiToken,
    Audit,
    Draft,
    Environment,
    Evidence,
    Invitation,
    KeyReference,
    Membership,
    ProbeRun,
    Project,
    Report,
    Round,
    SavedFilter,
    Snapshot,
    Team,
    User,
    Watch,
)
from audits.models.answers import seen_by
from audits.models.watches import WatchQuerySet
from audits.probes import registry
from checklist.models import Edition

# Whom to ask for the role that may edit.
EDITOR = "an owner for the editor role"
# Of an audit of one edition, whose items' numbers say enough by themselves.
NO_LETTERS: dict[int, str] = {}


def _for_change(allowed: QuerySet, visible: QuerySet, role: str, **lookup) -> Any:
    try:
        return allowed.get(**lookup)
    except ObjectDoesNotExist:
        if not visible.filter(**lookup).exists():
            raise Http404 from None
    raise _refusal(role)


def _refusal(role: str) -> PermissionDenied:
    return PermissionDenied(f"Your role in this team does not let you do that: ask {role}.")


def teams(user: User) -> QuerySet[Team]:
    return Team.objects.visible_to(user)


def teams_for_edit(user: User) -> QuerySet[Team]:
    return Team.objects.editable_by(user)


def team_for_view(user: User, pk) -> Team:
    return get_object_or_404(Team.objects.visible_to(user), pk=pk)


def team_for_edit(user: User, pk) -> Team:
    return _for_change(
        Team.objects.editable_by(user), Team.objects.visible_to(user), "an owner", pk=pk
    )


def team_for_management(user: User, pk) -> Team:
    return _for_change(
        Team.objects.managed_by(user), Team.objects.visible_to(user), "an owner", pk=pk
    )


def membership(user: User, team: Team) -> Membership:
    return get_object_or_404(team.memberships, user=user)


def membership_for_management(user: User, team_pk, pk) -> Membership:
    team = team_for_management(user, team_pk)
    return get_object_or_404(team.memberships.select_related("user", "team"), pk=pk)


def membership_to_end(user: User, team_pk, pk) -> Membership:
    """One's own, and for an owner everybody's."""
    own = Membership.objects.filter(team=team_pk, user=user, pk=pk).select_related("user", "team")
    return own.first() or membership_for_management(user, team_pk, pk)


def invitation_for_management(user: User, team_pk, pk) -> Invitation:
    team = team_for_management(user, team_pk)
    return get_object_or_404(team.invitations.select_related("team", "invited_by"), pk=pk)


def token_for_management(user: User, team_pk, pk) -> ApiToken:
    team = team_for_management(user, team_pk)
    return get_object_or_404(team.tokens.select_related("team"), pk=pk)


def filter_for_edit(user: User, team_pk, pk) -> SavedFilter:
    """A filter that the team saved."""
    team = team_for_edit(user, team_pk)
    return get_object_or_404(team.filters.select_related("team", "created_by"), pk=pk)


def projects(user: User) -> QuerySet[Project]:
    return Project.objects.visible_to(user).select_related("team")


def projects_for_edit(user: User) -> QuerySet[Project]:
    return Project.objects.editable_by(user).select_related("team")


def project_for_view(user: User, pk) -> Project:
    return get_object_or_404(projects(user), pk=pk)


def project_for_edit(user: User, pk) -> Project:
    return _for_change(projects_for_edit(user), projects(user), EDITOR, pk=pk)


def environment_for_edit(user: User, project_pk, pk) -> Environment:
    project = project_for_edit(user, project_pk)
    return get_object_or_404(project.environments.select_related("project"), pk=pk)


def environment_for_view(user: User, project_pk, pk) -> Environment:
    visible = Environment.objects.visible_to(user).select_related("project__team")
    return get_object_or_404(visible, project=project_pk, pk=pk)


def _watches(queryset: WatchQuerySet) -> QuerySet[Watch]:
    return queryset.known().select_related("environment__project__team", "last_run")


def watch_for_view(user: User, pk) -> Watch:
    return get_object_or_404(_watches(Watch.objects.visible_to(user)), pk=pk)


def watch_for_edit(user: User, pk) -> Watch:
    watches = Watch.objects
    return _for_change(
        _watches(watches.editable_by(user)), watches.visible_to(user), EDITOR, pk=pk
    )


def run_for_view(user: User, pk) -> ProbeRun:
    visible = ProbeRun.objects.visible_to(user).filter(watch__probe__in=registry.PROBES)
    return get_object_or_404(visible.select_related("watch__environment__project__team"), pk=pk)


def key_for_edit(user: User, pk) -> KeyReference:
    keys = KeyReference.objects
    return _for_change(
        keys.editable_by(user).select_related("environment__project__team"),
        keys.visible_to(user),
        EDITOR,
        pk=pk,
    )


def editions(user: User) -> QuerySet[Edition]:
    """The latest edition of every checklist that the user may read."""
    return Edition.objects.readable_by(user).current().select_related("checklist").order_by("pk")


def edition_for_view(user: User, pk) -> Edition:
    readable = Edition.objects.readable_by(user).select_related("checklist")
    return get_object_or_404(readable, pk=pk)


def _drafts(queryset: QuerySet[Draft]) -> QuerySet[Draft]:
    return queryset.select_related("team", "base__checklist", "changed_by")


def draft_for_view(user: User, pk) -> Draft:
    return get_object_or_404(_drafts(Draft.objects.visible_to(user)), pk=pk)


def draft_for_edit(user: User, pk) -> Draft:
    drafts = Draft.objects
    return _for_change(_drafts(drafts.editable_by(user)), drafts.visible_to(user), EDITOR, pk=pk)


def _audits(queryset: QuerySet[Audit]) -> QuerySet[Audit]:
    return queryset.select_related("project__team", "created_by")


def audit_for_view(user: User, pk) -> Audit:
    visible = _audits(Audit.objects.visible_to(user))
    with_role = visible.annotate(role=F("project__team__memberships__role"))
    audit: Any = get_object_or_404(with_role, pk=pk)
    audit.viewer = _viewer(user, audit, audit.role)
    return audit


def _viewer(user: User, audit: Audit, role: str) -> Membership:
    return Membership(team=audit.project.team, user=user, role=role)


def viewer(user: User, audit: Audit) -> Membership:
    """The user's membership, as it came with the audit, or by a query of its own."""
    if audit.viewer is not None and audit.viewer.user_id == user.pk:
        return audit.viewer
    return membership(user, audit.project.team)


def audit_for_edit(user: User, pk) -> Audit:
    return _for_change(
        _audits(Audit.objects.editable_by(user)),
        Audit.objects.visible_to(user),
        EDITOR,
        pk=pk,
    )


def audit_for_approval(user: User, pk) -> Audit:
    return _for_change(
        _audits(Audit.objects.approvable_by(user)),
        Audit.objects.visible_to(user),
        "an approver to do it",
        pk=pk,
    )


def answer_for_view(user: User, audit_pk, pk) -> Answer:
    """With its audit, project and team, and who looks at them: all in one query."""
    answer: Any = get_object_or_404(seen_by(user), audit=audit_pk, pk=pk)
    answer.audit.viewer = _viewer(user, answer.audit, answer.role)
    if answer.editions == 1:
        answer.audit.letters = NO_LETTERS
    return answer


def answer_for_edit(user: User, audit_pk, pk) -> Answer:
    answer = answer_for_view(user, audit_pk, pk)
    if not viewer(user, answer.audit).may_edit:
        raise _refusal(EDITOR)
    return answer


def evidence_for_view(user: User, pk) -> Evidence:
    return get_object_or_404(Evidence.objects.visible_to(user).select_related("answer"), pk=pk)


def evidence_for_edit(user: User, pk) -> Evidence:
    return _for_change(
        Evidence.objects.editable_by(user).select_related(
            "answer__audit__project__team", "answer__item"
        ),
        Evidence.objects.visible_to(user),
        EDITOR,
        pk=pk,
    )


def report_for_view(user: User, pk) -> Report:
    return get_object_or_404(
        Report.objects.visible_to(user).select_related("snapshot__audit__project__team"), pk=pk
    )


def snapshots(user: User) -> QuerySet[Snapshot]:
    """Without their content, which may be large."""
    visible = Snapshot.objects.filter(audit__project__team__memberships__user=user)
    return visible.select_related("audit__project").defer("data")


def snapshot_for_view(user: User, pk) -> Snapshot:
    return get_object_or_404(snapshots(user), pk=pk)


def round_for_view(user: User, pk) -> Round:
    """With who looks at it, as `audit.viewer`."""
    visible = Round.objects.visible_to(user).select_related("audit__project__team", "snapshot")
    with_role = visible.annotate(role=F("audit__project__team__memberships__role"))
    row: Any = get_object_or_404(with_role, pk=pk)
    row.audit.viewer = _viewer(user, row.audit, row.role)
    return row


def round_for_edit(user: User, pk) -> Round:
    """For who may propose; whether they may withdraw it is the round's own rule."""
    row = round_for_view(user, pk)
    if not viewer(user, row.audit).may_edit:
        raise _refusal(EDITOR)
    return row


def round_for_sign(user: User, pk) -> Round:
    """For who may approve; in which role, says the policy that the round was proposed under."""
    row = round_for_view(user, pk)
    if not viewer(user, row.audit).may_approve:
        raise _refusal("an approver to do it")
    return row
