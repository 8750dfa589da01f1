"""Whether the keys work: the free rungs of the ladder first, a paid one when it was agreed to."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audits.probes.asking import answered
from audits.probes.base import (
    GRAVEST,
    Aspect,
    Check,
    Cost,
    Finding,
    Key,
    Measure,
    Queue,
    Strength,
    Target,
    Verdict,
)
from audits.probes.claude_errors import ApiFault, ClaudeFault, Situation
from audits.probes.reading import rows
from audits.probes.tools import Tools
from audits.probes.words import counted, listed

if TYPE_CHECKING:
    from audits.probes.claude import Claude

S = Situation
# The key is not what is wrong: calls are refused for want of money.
MONEY = frozenset(
    {
        S.CREDIT_EXHAUSTED,
        S.OWN_SPEND_LIMIT,
        S.WORKSPACE_SPEND_LIMIT,
        S.TIER_SPEND_CAP,
        S.CONTRACT_SPEND_CAP,
        S.RAMP_LIMIT,
        S.BILLING,
    }
)
REFUSED = frozenset(
    {
        S.INVALID_KEY,
        S.KEY_REJECTED,
        S.ORGANIZATION_DISABLED,
        S.NO_PERMISSION,
        S.MODEL_UNKNOWN,
    }
)
# A setting of the environment keeps the probe from seeing the key at work.
UNSETTLED = frozenset({S.WORKSPACE_REQUIRED, S.WORKSPACE_UNKNOWN})


class KeyValid:
    name = "key-valid"
    title = "Working keys"
    looks_at = "Whether the API accepts each key, for each declared model, and would bill it."
    strength = Strength.STRONG
    aspects: tuple[Aspect, ...] = (
        Aspect("authenticates", "The API accepts every key of the environment", Strength.STRONG),
        Aspect("models", "Every key may use every declared model", Strength.STRONG),
        Aspect("workspace", "The keys belong to the declared workspace", Strength.STRONG),
        Aspect("billable", "Calls that cost money are let through", Strength.STRONG),
    )
    needs: tuple[str, ...] = ("keys",)
    cost = Cost.BOTH
    intrusive = False
    queue = Queue.PROBES
    every = dt.timedelta(minutes=15)
    stale_after = dt.timedelta(hours=2)
    seconds = 60
    how = (
        "With each key: listed one model, counted the tokens of a short message for each declared "
        "model; both are free."
    )
    how_paid = how + " Then sent the shortest message, which was paid for."

    def price(self, target: Target, tools: Tools) -> Decimal | None:
        if not target.models:
            return None
        price = tools.prices.at_most(tiny(target.models[0]), target.now)
        return None if price is None else price * max(1, len(target.keys))

    @answered
    def run(self, target: Target, tools: Tools) -> Finding:
        if not target.keys:
            return Finding.inconclusive(
                f"{target.name} has no key to try.",
                next_step="Add the reference of its key to the environment's settings.",
            )
        seen = [(key, _climb(target, tools.claude(target, (key,)))) for key in target.keys]
        paid = target.agreed.paid and bool(target.models)
        checks = [
            _together(aspect.name, found)
            for aspect in self.aspects
            if (found := _of(aspect.name, seen))
        ]
        return Finding.of(checks, how=self.how_paid if paid else self.how, says=_summary(checks))


def tiny(model: str) -> dict[str, Any]:
    return {
        "model": model,
        "max_tokens": 16,
        "messages": [{"role": "user", "content": "Answer with one word: ready?"}],
    }


def _climb(target: Target, claude: "Claude") -> list[Check]:
    """What one key's calls show, rung by rung; a rung that breaks ends it."""
    try:
        reply = claude.list_models(limit=1)
    except ClaudeFault as fault:
        return _broken("authenticates", fault)
    rows(reply.json)  # odd when something else than the API answers 200
    checks = [Check("authenticates", Verdict.PASS, "The API accepts the key.")]
    checks += _workspace(target.workspace_id, reply.workspace_id)
    if not target.models:
        return checks
    counts = _models(target.models, claude)
    checks += counts
    if target.agreed.paid and all(check.verdict == Verdict.PASS for check in counts):
        checks += _billable(target.models[0], claude)
    return checks


def _models(models: Iterable[str], claude: "Claude") -> list[Check]:
    may, broken = [], []
    for model in models:
        try:
            claude.count_tokens(model, tiny(model)["messages"])
        except ClaudeFault as fault:
            checks = _broken("models", fault)
            broken += [replace(check, says=f"{model}: {check.says}") for check in checks]
            if not isinstance(fault, ApiFault) or fault.situation != S.MODEL_UNKNOWN:
                break
        else:
            may.append(model)
    if broken:
        return broken
    return [Check("models", Verdict.PASS, f"The key may use {listed(may)}.")]


def _billable(model: str, claude: "Claude") -> list[Check]:
    try:
        reply = claude.message(tiny(model))
    except ClaudeFault as fault:
        return _broken("billable", fault)
    says = f"A paid message to {model} was answered (request id {reply.request_id or 'missing'})."
    return [Check("billable", Verdict.PASS, says)]


def _broken(rung: str, fault: ClaudeFault) -> list[Check]:
    """A fault about money speaks of another aspect than the rung it came on, and shows that the
    key itself was accepted."""
    situation = fault.situation if isinstance(fault, ApiFault) else None
    if situation in MONEY:
        found = [Check("billable", Verdict.FAIL, fault.says, fault.next_step)]
        if rung == "authenticates":
            found.insert(0, Check(rung, Verdict.PASS, "The API accepts the key."))
        return found
    if situation is None or situation in UNSETTLED:
        verdict = Verdict.INCONCLUSIVE
    else:
        verdict = Verdict.FAIL if situation in REFUSED else Verdict.ERROR
    return [Check(rung, verdict, fault.says, fault.next_step)]


def _workspace(declared: str, told: str) -> list[Check]:
    if not declared or not told:
        return []
    if declared == told:
        return [Check("workspace", Verdict.PASS, f"The key belongs to {told}, as declared.")]
    return [
        Check(
            "workspace",
            Verdict.FAIL,
            f"The key belongs to {told[:80]}, but {declared} is declared.",
            "Use a key of the declared workspace, or correct the workspace id in the settings.",
        )
    ]


def _of(aspect: str, seen: Iterable[tuple[Key, list[Check]]]) -> list[tuple[Key, Check]]:
    return [(key, check) for key, checks in seen for check in checks if check.aspect == aspect]


def _together(aspect: str, found: list[tuple[Key, Check]]) -> Check:
    """One check of several keys' checks: as grave as the gravest, which it quotes by its key."""
    key, gravest = min(found, key=lambda pair: GRAVEST.index(pair[1].verdict))
    well = len({k.label for k, check in found if check.verdict == Verdict.PASS})
    many = len({k.label for k, _ in found}) > 1
    says = gravest.says
    if many:
        says = f"All {well} keys: {says}" if well == len(found) else f"Key “{key.label}”: {says}"
    return replace(gravest, says=says, measures=(Measure("keys that passed", well),))


def _summary(checks: list[Check]) -> str:
    """Of a pass, how far it goes; otherwise nothing, so that the gravest check speaks."""
    if any(check.verdict != Verdict.PASS for check in checks):
        return ""
    names = [check.aspect for check in checks]
    keys = max(int(measure.value) for check in checks for measure in check.measures)
    says = f"The API accepts {counted(keys, 'key')}"
    says += " for every declared model" if "models" in names else "; no model is declared"
    if "billable" in names:
        return says + ", and a paid message was answered."
    return says + ". Whether it would bill a call was not tried, since nobody agreed to pay."


probe = KeyValid()
