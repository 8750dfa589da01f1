"""The front door of the API: who asks, may they, and what goes wrong before an answer."""

import uuid

from audits.simulator import admin, listing, messages
from audits.simulator.exchange import Exchange
from audits.simulator.faults import Fault, happen
from audits.simulator.problems import (
    AT_INFERENCE,
    AT_THE_DOOR,
    AUTHENTICATION,
    PROBLEMS,
    Problem,
    Refused,
    bad_request,
    problem,
)
from audits.simulator.world import DEFAULT_WORKSPACE, ApiKey, World

MOST_BYTES = 32 * 1024 * 1024
OLD, NEW = "2023-06-01", "2026-10-21"
NO_KEY = Problem(401, AUTHENTICATION, "x-api-key header is required")
STATUSES = {"inactive": "revoked-key", "archived": "revoked-key", "expired": "expired-key"}


async def answer(world: World, exchange: Exchange) -> None:
    """Answer a request to a path under /claude/."""
    request_id = f"req_{uuid.uuid4().hex[:24]}"
    exchange.headers["request-id"] = request_id
    try:
        if not await exchange.read(MOST_BYTES):
            raise problem("too-large")
        fault = world.fault_for(exchange.seen)
        if fault and not fault.is_midstream and await happen(fault, exchange):
            return
        await _route(world, exchange, fault)
    except Refused as refused:
        wrong = refused.problem
        await exchange.answer(
            wrong.status, wrong.body(request_id), wrong.content_type, wrong.headers
        )


async def _route(world: World, exchange: Exchange, fault: Fault | None) -> None:
    seen = exchange.seen
    path = seen.path.removeprefix("/claude")
    key = _key_of(world, exchange)
    if "anthropic-version" not in seen.headers:
        raise problem("version-missing")
    if seen.header("anthropic-version") not in (OLD, NEW):
        raise bad_request(
            f"anthropic-version: {seen.header('anthropic-version')!r} is not a valid version"
        )
    if path.startswith("/v1/organizations/"):
        await admin.answer(world, exchange, key, path)
        return
    workspace = _workspace_of(world, exchange, key)
    exchange.headers["anthropic-workspace-id"] = workspace
    if seen.method == "GET" and path.startswith("/v1/models"):
        await listing.models(world, exchange, path)
    elif seen.method == "POST" and path == "/v1/messages/count_tokens":
        await messages.count(world, exchange)
    elif seen.method == "POST" and path == "/v1/messages":
        if key.situation in AT_INFERENCE:
            raise problem(key.situation, resumes=_next_month(world))
        await messages.create(world, exchange, key, fault)
    else:
        raise problem("not-found")


def _key_of(world: World, exchange: Exchange) -> ApiKey:
    seen = exchange.seen
    scheme, _, token = seen.header("authorization").partition(" ")
    value = seen.header("x-api-key") or (token.strip() if scheme.lower() == "bearer" else "")
    if not value:
        raise Refused(NO_KEY)
    key = world.keys.get(value)
    if not key:
        raise problem("invalid-key")
    if key.situation == "edge":  # before anything is known of the key
        raise problem("edge")
    if key.expires_at and key.expires_at <= world.today():
        raise problem("expired-key")
    if key.status in STATUSES:
        raise problem(STATUSES[key.status])
    exchange.headers["anthropic-organization-id"] = world.organization_id
    if key.situation in AT_THE_DOOR and not key.situation.startswith("workspace"):
        wrong = PROBLEMS[key.situation]
        if wrong.type == AUTHENTICATION:
            del exchange.headers["anthropic-organization-id"]
        raise Refused(wrong)
    return key


def _workspace_of(world: World, exchange: Exchange, key: ApiKey) -> str:
    asked = exchange.seen.header("anthropic-workspace-id")
    if key.identity and not asked:
        raise problem("workspace-required")
    own = key.workspace_id or DEFAULT_WORKSPACE
    known = asked == own or (key.identity and world.workspace(asked))
    if asked and not known:
        raise problem("workspace-unknown", workspace=asked)
    return asked or own


def _next_month(world: World) -> str:
    today = world.today()
    year, month = divmod(today.year * 12 + today.month, 12)
    return f"{year:04d}-{month + 1:02d}-01"
