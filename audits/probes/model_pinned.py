"""Whether the declared models are exact versions, exist, and are not about to be retired."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from audits.probes.asking import answered
from audits.probes.base import (
    GRAVEST,
    Aspect,
    Check,
    Finding,
    Free,
    Measure,
    Strength,
    Target,
    Verdict,
)
from audits.probes.claude_errors import ApiFault, ClaudeFault, Situation
from audits.probes.model_ids import Pin, pin
from audits.probes.reading import instant, mapping, text
from audits.probes.tools import Tools
from audits.probes.words import counted, listed

if TYPE_CHECKING:
    from audits.probes.claude import Claude

RETIRES_SOON = dt.timedelta(days=60)
PIN = (
    "Name an exact version: with its date before generation 4.6 (claude-haiku-4-5-20251001), the "
    "dateless id from 4.6 on (claude-sonnet-4-6)."
)
MOVE = "Move to a current model once the eval suite has passed on it, before it is retired."


class ModelPinned(Free):
    name = "model-pinned"
    title = "Pinned models"
    looks_at = "The declared models' ids, and what the Models API says of each."
    strength = Strength.STRONG
    aspects: tuple[Aspect, ...] = (
        Aspect("pinned", "No declared id is a moving alias", Strength.STRONG),
        Aspect("exists", "The API knows every declared id by that very id", Strength.STRONG),
        Aspect("active", "No declared model is retired within 60 days", Strength.STRONG),
    )
    needs: tuple[str, ...] = ("models", "keys")
    every = dt.timedelta(hours=6)
    stale_after = dt.timedelta(days=2)
    seconds = 60
    how = "Held each declared id against the rule for ids, and asked GET /v1/models/{id} for it."

    @answered
    def run(self, target: Target, tools: Tools) -> Finding:
        if not target.models:
            return Finding.inconclusive(
                f"{target.name} declares no model.",
                next_step="Enter the ids of the models that it calls in the settings.",
            )
        checks = [by_name(target.models)]
        if not target.keys:
            says = f"{target.name} has no key, so the Models API was not asked."
            step = "Add the reference of its key to the environment's settings."
            checks += [Check(a, Verdict.INCONCLUSIVE, says, step) for a in ("exists", "active")]
            return Finding.of(checks, how=self.how)
        claude = tools.claude(target, target.keys)
        for model in target.models:
            checks += _asked(model, claude, target.now)
        return Finding.of(_gravest_of_each(checks), how=self.how, says=_summary(target, checks))


def by_name(models: tuple[str, ...]) -> Check:
    """What the ids say by themselves."""
    pins = {model: pin(model) for model in models}
    moving = [model for model, found in pins.items() if found == Pin.ALIAS]
    unknown = [model for model, found in pins.items() if found == Pin.UNKNOWN]
    measures = (Measure("models", len(models)), Measure("aliases", len(moving)))
    if moving:
        says = f"A moving alias, not a version: {listed(moving)}."
        return Check("pinned", Verdict.FAIL, says, PIN, measures)
    if unknown:
        says = (
            f"Not an id of the Claude API, so nothing is known of its pinning: {listed(unknown)}."
        )
        step = "Enter the id that reaches the API; a gateway's own name hides it."
        return Check("pinned", Verdict.INCONCLUSIVE, says, step, measures)
    says = f"{counted(len(models), 'declared id')}, each an exact version: {listed(models)}."
    return Check("pinned", Verdict.PASS, says, measures=measures)


def _asked(model: str, claude: "Claude", now: dt.datetime) -> list[Check]:
    try:
        told = mapping(claude.model(model).json)
    except ClaudeFault as fault:
        if not _is_unknown(fault):
            raise
        says = f"The API does not know {model}, or the key may not use it."
        return [Check("exists", Verdict.FAIL, says, fault.next_step)]
    return [*_same(model, text(told, "id")), _active(model, told, now)]


def _is_unknown(fault: ClaudeFault) -> bool:
    """A 404 that is not the API's own says that something else answers at its address."""
    if not isinstance(fault, ApiFault):
        return False
    if fault.situation == Situation.MODEL_UNKNOWN:
        return True
    return fault.situation == Situation.NOT_FOUND and fault.type == "not_found_error"


def _same(model: str, told: str) -> list[Check]:
    if told == model:
        return [Check("exists", Verdict.PASS, f"The API knows {model}.")]
    says = f"{model} is an alias: the API answers with {told}."
    return [
        Check("exists", Verdict.FAIL, says, PIN),
        Check("pinned", Verdict.FAIL, says, PIN),
    ]


def _active(model: str, told: dict[str, Any], now: dt.datetime) -> Check:
    lifecycle, retires = _lifecycle(told), instant(told, "retires_at")
    days = (retires - now).days if retires else None
    measures = () if days is None else (Measure(f"days until {model} retires", days, "days"),)
    if lifecycle == "retired" or (days is not None and days < 0):
        says = f"{model} is retired."
        return Check("active", Verdict.FAIL, says, MOVE, measures)
    if retires and retires - now < RETIRES_SOON:
        says = f"{model} retires in {counted(days or 0, 'day')}, on {retires:%Y-%m-%d}."
        return Check("active", Verdict.FAIL, says, MOVE, measures)
    if lifecycle not in ("", "active"):
        when = f", and retires on {retires:%Y-%m-%d}" if retires else ""
        says = f"{model} is {lifecycle}{when}."
        return Check("active", Verdict.FAIL, says, MOVE, measures)
    if not lifecycle:
        says = f"The API does not tell the lifecycle of {model}."
        step = "Look it up on Anthropic's page on model deprecations, and attach it as evidence."
        return Check("active", Verdict.INCONCLUSIVE, says, step, measures)
    return Check("active", Verdict.PASS, f"{model} is active.", measures=measures)


def _lifecycle(told: dict[str, Any]) -> str:
    """A word, or an object that holds it as its status; empty where the API does not tell it."""
    found = told.get("lifecycle")
    if isinstance(found, dict):
        return text(found, "status", "").lower()
    return text(told, "lifecycle", "").lower()


def _gravest_of_each(checks: list[Check]) -> list[Check]:
    """One check an aspect. Those that passed are told as one."""
    found = []
    for aspect in ModelPinned.aspects:
        same = [check for check in checks if check.aspect == aspect.name]
        if same:
            gravest = min(same, key=lambda check: GRAVEST.index(check.verdict))
            worse = [c.says for c in same if c.verdict == gravest.verdict]
            measures = tuple(measure for check in same for measure in check.measures)
            says = " ".join(dict.fromkeys(worse))
            found.append(Check(aspect.name, gravest.verdict, says, gravest.next_step, measures))
    return found


def _summary(target: Target, checks: list[Check]) -> str:
    if any(check.verdict != Verdict.PASS for check in checks):
        return ""
    return (
        f"{counted(len(target.models), 'declared model')}, exact and active: "
        f"{listed(target.models)}."
    )


probe = ModelPinned()
