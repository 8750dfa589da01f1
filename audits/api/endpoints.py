from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import NinjaAPI, Query, Status

from audits.api import actions
from audits.api.auth import TeamToken
from audits.api.known import ApiRequest, refuse_unknown
from audits.api.problems import FAILURES, explain_in
from audits.api.schemas import NewRelease, ReleaseOut, SignOffQuery, SignOffState
from audits.models import Project, Release
from audits.models.gates import Verdict, verdicts
from audits.models.releases import clean_name

# Documentation pages would need scripts of other sites; openapi.json is a view of its own.
api = NinjaAPI(
    title="Countersign",
    version="1",
    description=(
        "Register releases, ask whether a sign-off is in force for one, list action items."
    ),
    docs_url=None,
    openapi_url=None,
    auth=TeamToken(),
)
explain_in(api)
api.add_router("", actions.router)


def _project(request: ApiRequest, pk: UUID) -> Project:
    return get_object_or_404(request.auth.team.projects.all(), pk=pk)


@api.post(
    "/projects/{uuid:project}/releases",
    response={200: ReleaseOut, 201: ReleaseOut, **FAILURES},
    url_name="api-release-register",
    operation_id="register_release",
)
def register_release(request: ApiRequest, project: UUID, sent: NewRelease) -> Status:
    """Register a release: 201 when it is new, 200 when the latest is called that already.

    What was signed for another release, where the policy binds it to one, ends.
    """
    found = _project(request, project)
    release = Release.objects.register(found, sent.name, token=request.auth)
    return Status(201 if release.is_new else 200, _release(found, release))


@api.get(
    "/projects/{uuid:project}/sign-off",
    response={200: SignOffState, **FAILURES},
    url_name="api-sign-off",
    operation_id="sign_off_state",
)
def sign_off_state(
    request: ApiRequest, project: UUID, asked: Query[SignOffQuery]
) -> dict[str, Any]:
    """Whether a sign-off is in force for a release. 200 either way; `in_force` decides.

    In force: signed as a go or a conditional go, not expired, not superseded, and signed for this
    release where the policy binds it to one.
    """
    refuse_unknown(request, set(SignOffQuery.model_fields))
    found = _project(request, project)
    if asked.audit is not None:
        get_object_or_404(found.audits.all(), pk=asked.audit)
    release = clean_name(asked.release)
    decided = verdicts(found, release, audit=asked.audit)
    in_force = [each for each in decided if each.in_force]
    return {
        "project": found.pk,
        "release": release,
        "in_force": bool(in_force),
        "reason": _reason(decided),
        "conditions_late": sum(each.conditions_late for each in in_force),
        "audits": [_decided(each) for each in decided],
    }


def _release(project: Project, release: Release) -> dict[str, Any]:
    return {
        "project": project.pk,
        "name": release.name,
        "at": release.at,
        "by": release.by_name,
        "ended": [
            {
                "audit": row.audit_id,
                "title": row.audit.title,
                "revision": row.revision,
                "release": row.release,
            }
            for row in release.ended
        ],
    }


def _reason(decided: list[Verdict]) -> str:
    if not decided:
        return "Nobody has decided on an audit yet."
    if names := [f"“{each.round.audit.title}”" for each in decided if each.in_force]:
        return f"Signed and in force: {', '.join(names)}."
    return " ".join(each.why_not for each in decided)


def _decided(verdict: Verdict) -> dict[str, Any]:
    row = verdict.round
    return {
        "audit": row.audit_id,
        "title": row.audit.title,
        "revision": row.revision,
        "decision": verdict.decision,
        "in_force": verdict.in_force,
        "why_not": verdict.why_not,
        "digest": row.snapshot.digest,
        "release": row.release,
        "release_bound": row.rules_then.release_bound,
        "decided_at": row.ended_at,
        "valid_until": row.valid_until,
        "conditions": {"open": verdict.conditions_open, "late": verdict.conditions_late},
        "signed_by": [
            {"name": given.by_name, "role": given.role, "at": given.at}
            for given in verdict.sign_offs
        ],
    }
