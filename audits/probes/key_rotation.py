"""How old the environment's keys are, when they end, and which lie about, by the Admin API."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from audits.probes.asking import ADMIN_STEP, admin, answered, by_id
from audits.probes.base import (
    Aspect,
    Check,
    Finding,
    Free,
    Key,
    Measure,
    Strength,
    Target,
    Verdict,
)
from audits.probes.reading import Odd, instant, mapping, text
from audits.probes.tools import Tools
from audits.probes.words import counted, listed

ENDS_SOON = dt.timedelta(days=14)
ROTATE = (
    "Create a new key in the Console, put it into the secret manager, reload, watch traffic "
    "arrive on it, then disable the old one."
)
# What a hint shows at least of a key's end for two keys to be told apart by it.
LEAST_HINT = 4


@dataclass(frozen=True)
class Listed:
    """A key as the Admin API lists it. `ours`: it is one of those that the environment uses, by
    the beginning and the end that its hint shows."""

    id: str
    name: str
    status: str
    created_at: dt.datetime
    created_by: str
    expires_at: dt.datetime | None
    workspace_id: str
    ours: bool

    def days(self, now: dt.datetime) -> int:
        return max(0, (now - self.created_at).days)


class KeyRotation(Free):
    name = "key-rotation"
    title = "Key rotation"
    looks_at = "Age, expiry and status of the environment's keys, by the Admin API."
    strength = Strength.STRONG
    aspects: tuple[Aspect, ...] = (
        Aspect("age", "No active key is older than the team's interval", Strength.STRONG),
        Aspect(
            "expiry", "No key that is used has ended, or ends within 14 days.", Strength.STRONG
        ),
        Aspect("leftovers", "No active key of the workspace is without a use", Strength.MEDIUM),
    )
    needs: tuple[str, ...] = ("keys", "admin_key")
    every = dt.timedelta(hours=12)
    stale_after = dt.timedelta(days=3)
    seconds = 60
    how = (
        "Listed the organization's keys by the Admin API, and found this environment's among them "
        "by its workspace and by the part of each key that the list shows."
    )

    @answered
    def run(self, target: Target, tools: Tools) -> Finding:
        claude = admin(target, tools)
        if claude is None:
            return Finding.inconclusive(
                f"{target.name} has no Admin key, so the age of its keys cannot be read.",
                next_step=ADMIN_STEP.format(instead="the Console's list of keys with their dates"),
            )
        found = [read(row, target.keys) for row in by_id(claude, "/v1/organizations/api_keys")]
        return judge(target, found, how=self.how)


def read(row: dict[str, Any], keys: Iterable[Key]) -> Listed:
    """Both API versions' form. Odd when a field is not as documented."""
    created_at = instant(row, "created_at")
    if created_at is None:
        raise Odd("a key has no “created_at”.")
    creator = mapping(row.get("created_by") or {}, "“created_by”")
    return Listed(
        id=text(row, "id"),
        name=text(row, "name", "") or text(row, "id"),
        status=text(row, "status"),
        created_at=created_at,
        created_by=text(creator, "id", "unknown"),
        expires_at=instant(row, "expires_at"),
        workspace_id=_workspace(row),
        ours=any(matches(text(row, "partial_key_hint", ""), key) for key in keys),
    )


def matches(hint: str, key: Key) -> bool:
    """Whether `sk-ant-api03-R2D...igAA` may be a hint of that key."""
    beginning, dots, end = hint.partition("...")
    if not dots or len(end) < LEAST_HINT or not beginning:
        return False
    value = key.secret.reveal()
    return value.startswith(beginning) and value.endswith(end)


def judge(target: Target, listed_keys: list[Listed], *, how: str) -> Finding:
    here = [key for key in listed_keys if key.ours or _lives_in(key, target.workspace_id)]
    active = [key for key in here if key.status == "active"]
    used = [key for key in here if key.ours]
    if not here:
        return Finding.inconclusive(
            f"None of the organization's {counted(len(listed_keys), 'key')} is one of "
            f"{target.name}'s.",
            next_step="Check that the Admin key is of the same organization, and enter the "
            "workspace id in the environment's settings.",
            how=how,
        )
    checks = [_age(target, active or used), _expiry(target, used, active)]
    leftovers = _leftovers(target, here)
    return Finding.of([*checks, *leftovers], how=how, measures=_ages(target, active))


def _age(target: Target, keys: list[Listed]) -> Check:
    limit = target.policy.rotation_days
    if not keys:
        says = f"{target.name} has no active key whose age counts."
        return Check("age", Verdict.INCONCLUSIVE, says, "Declare the keys that are in use.")
    oldest = max(keys, key=lambda key: key.days(target.now))
    days = oldest.days(target.now)
    measures = (Measure("oldest key", days, "days"), Measure("interval", limit, "days"))
    old = [f"“{key.name}” ({key.days(target.now)} days)" for key in keys if _is_old(key, target)]
    if old:
        says = f"{counted(len(old), 'active key')} older than {limit} days: {listed(old)}."
        return Check("age", Verdict.FAIL, says, ROTATE, measures)
    says = f"The oldest of {counted(len(keys), 'active key')} is {days} days old, of {limit}."
    return Check("age", Verdict.PASS, says, measures=measures)


def _is_old(key: Listed, target: Target) -> bool:
    return key.days(target.now) > target.policy.rotation_days


def _expiry(target: Target, used: list[Listed], active: list[Listed]) -> Check:
    dead = [f"“{key.name}” is {key.status}" for key in used if key.status != "active"]
    if dead:
        says = f"A key that {target.name} uses has ended: {listed(dead)}."
        return Check("expiry", Verdict.FAIL, says, ROTATE)
    ending = [
        f"“{key.name}” on {key.expires_at:%Y-%m-%d}"
        for key in active
        if key.expires_at and key.expires_at - target.now < ENDS_SOON
    ]
    if ending:
        says = f"Ends within {ENDS_SOON.days} days: {listed(ending)}."
        return Check("expiry", Verdict.FAIL, says, ROTATE)
    dated = sum(1 for key in active if key.expires_at)
    says = (
        f"No active key ends within {ENDS_SOON.days} days; {dated} of {len(active)} ends at all."
    )
    return Check("expiry", Verdict.PASS, says)


def _leftovers(target: Target, here: list[Listed]) -> list[Check]:
    """Only where the workspace is known: elsewhere a key that is not ours is somebody else's."""
    if not target.workspace_id:
        return []
    if not any(key.ours for key in here):
        says = f"None of the workspace's keys is known to be used by {target.name}."
        step = "Declare the keys that are in use in the environment's settings."
        return [Check("leftovers", Verdict.INCONCLUSIVE, says, step)]
    idle = [key for key in here if not key.ours and key.status in ("active", "inactive")]
    measures = (Measure("keys without a use", len(idle)),)
    if idle:
        names = [f"“{key.name}” ({key.status}, by {key.created_by})" for key in idle]
        says = (
            f"{counted(len(idle), 'key')} of the workspace not declared as used: {listed(names)}."
        )
        step = "Archive what nobody uses in the Console (Settings, API keys); declare the rest."
        return [Check("leftovers", Verdict.FAIL, says, step, measures)]
    says = "Every key of the workspace that could be used is declared as used."
    return [Check("leftovers", Verdict.PASS, says, measures=measures)]


def _ages(target: Target, active: list[Listed]) -> tuple[Measure, ...]:
    oldest_first = sorted(active, key=lambda key: key.created_at)[:20]
    return tuple(
        Measure(f"{key.name} by {key.created_by}", key.days(target.now), "days")
        for key in oldest_first
    )


def _lives_in(key: Listed, workspace_id: str) -> bool:
    return bool(workspace_id) and key.workspace_id == workspace_id


def _workspace(row: dict[str, Any]) -> str:
    """Of `workspace_id`, or since 2026-10-21 of `scope`; empty for the default workspace."""
    scope = mapping(row.get("scope") or {}, "“scope”")
    return text(row, "workspace_id", "") or text(scope, "workspace_id", "")


probe = KeyRotation()
