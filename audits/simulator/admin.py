"""The Admin API: the organization, its workspaces and keys, limits and reports."""

import re
from collections.abc import Callable
from typing import Any

from audits.simulator import reports
from audits.simulator.catalogue import Model, rfc3339
from audits.simulator.exchange import Exchange, Seen
from audits.simulator.listing import by_id, by_page
from audits.simulator.problems import INVALID, Problem, Refused, bad_request, problem
from audits.simulator.world import ApiKey, SpendLimit, Workspace, World

NEW = "2026-10-21"
SPEND_LIMITS_BETA = "spend-limit-reads-2026-09-26"
STATUSES = ("active", "inactive", "archived", "expired")
NOT_ADMIN = Problem(401, "authentication_error", "invalid x-api-key")
UNAVAILABLE = "Spend limits are not available to this organization."


async def answer(world: World, exchange: Exchange, key: ApiKey, path: str) -> None:
    """Answer GET /v1/organizations/…; only for an Admin key."""
    if not key.is_admin:
        raise Refused(NOT_ADMIN)
    name = path.removeprefix("/v1/organizations/")
    limits_of = re.fullmatch(r"workspaces/([^/]+)/rate_limits", name)
    if exchange.seen.method != "GET" or (name not in DOCUMENTS and not limits_of):
        raise problem("not-found")
    if limits_of:
        document = _workspace_limits(world, exchange.seen, limits_of[1])
    else:
        document = DOCUMENTS[name](world, exchange.seen)
    await exchange.json(200, document)


def _is_new(seen: Seen) -> bool:
    return seen.header("anthropic-version") == NEW


def _me(world: World, _: Seen) -> dict[str, Any]:
    return {"id": world.organization_id, "type": "organization", "name": world.organization}


def _workspaces(world: World, seen: Seen) -> dict[str, Any]:
    with_archived = seen.value("include_archived") == "true"
    rows = [one for one in world.workspaces if with_archived or not one.archived_at]
    return by_id(seen, [_workspace(one) for one in rows])


def _workspace(workspace: Workspace) -> dict[str, Any]:
    return {
        "id": workspace.id,
        "type": "workspace",
        "name": workspace.name,
        "display_color": "#6C5BB9",
        "created_at": rfc3339(workspace.created_at),
        "archived_at": rfc3339(workspace.archived_at),
    }


def _keys(world: World, seen: Seen) -> dict[str, Any]:
    status, workspace = seen.value("status"), seen.value("workspace_id")
    if status and status not in STATUSES:
        raise bad_request(f"status: Input should be one of {', '.join(STATUSES)}")
    rows = [
        key
        for key in world.keys.values()
        if not key.is_admin
        and (not status or _status(world, key) == status)
        and (not workspace or key.workspace_id == workspace)
    ]
    return by_id(seen, [_key(world, key, _is_new(seen)) for key in rows])


def _status(world: World, key: ApiKey) -> str:
    if key.expires_at and key.expires_at <= world.today():
        return "expired"
    return {"revoked-key": "inactive", "expired-key": "expired"}.get(key.situation, key.status)


def _key(world: World, key: ApiKey, is_new: bool) -> dict[str, Any]:
    if not is_new:
        place: dict[str, Any] = {"workspace_id": key.workspace_id}
    elif key.identity:
        place = {"scope": {"type": "organization"}}
    else:
        place = {"scope": {"type": "workspace", "workspace_id": key.workspace_id}}
    return {
        "id": key.id,
        "type": "api_key",
        "name": key.name,
        "status": _status(world, key),
        "created_at": rfc3339(key.created_at),
        "created_by": {"id": key.created_by, "type": "user"},
        "expires_at": rfc3339(key.expires_at),
        "partial_key_hint": key.hint,
        **place,
    }


def _limits(world: World, seen: Seen) -> dict[str, Any]:
    name = seen.value("model")
    if name and not world.model(name):
        raise problem("model-unknown", model=name)
    lines: dict[str, list[Model]] = {}
    for model in world.models:
        lines.setdefault(model.line, []).append(model)
    rows = [
        _group(world, line, models, _is_new(seen))
        for line, models in lines.items()
        if not name or world.model(name) in models
    ]
    return by_page(seen, rows, 20, 100)


def _group(world: World, line: str, models: list[Model], is_new: bool) -> dict[str, Any]:
    limits = [
        {"type": "requests_per_minute", "value": world.limits.requests.limit},
        {"type": "input_tokens_per_minute", "value": world.limits.input.limit},
        {"type": "output_tokens_per_minute", "value": world.limits.output.limit},
    ]
    about = {"models": [model.id for model in models], "limits": limits}
    if not is_new:
        return {"type": "rate_limit", "group_type": "model_group", **about}
    group = {"type": "model_group", "id": f"group_{line}", "display_name": f"Claude {line}"}
    return {"id": f"rl_{line}", "type": "rate_limit", "group": group, **about}


def _workspace_limits(world: World, seen: Seen, workspace: str) -> dict[str, Any]:
    if not world.workspace(workspace):
        raise problem("workspace-unknown", workspace=workspace)
    return _limits(world, seen)


def _spend_limits(world: World, seen: Seen) -> dict[str, Any]:
    betas = [beta.strip() for beta in seen.header("anthropic-beta").split(",")]
    if SPEND_LIMITS_BETA not in betas:
        raise problem("not-found")
    if world.spend_limits == "permission":
        raise Refused(Problem(403, "permission_error", UNAVAILABLE))
    if isinstance(world.spend_limits, str):
        raise Refused(Problem(400, INVALID, UNAVAILABLE, world.spend_limits))
    rows = [_spend_limit(one, number) for number, one in enumerate(world.spend_limits, 1)]
    page = by_page(seen, rows, 20, 100)
    return {"data": page["data"], "next_page": page["next_page"]}


def _spend_limit(limit: SpendLimit, number: int) -> dict[str, Any]:
    scope = {"type": limit.scope}
    if limit.scope == "workspace":
        scope["workspace_id"] = limit.workspace_id
    return {
        "type": "spend_limit",
        "id": f"spl_{number:02d}",
        "amount": str(limit.cents),
        "currency": "USD",
        "period": "monthly",
        "is_enabled": limit.is_enabled,
        "scope": scope,
    }


DOCUMENTS: dict[str, Callable[[World, Seen], dict[str, Any]]] = {
    "me": _me,
    "workspaces": _workspaces,
    "api_keys": _keys,
    "rate_limits": _limits,
    "spend_limits": _spend_limits,
    "usage_report/messages": reports.usage,
    "cost_report": reports.cost,
}
