"""Whether a spend limit stands between a runaway agent and the bill. The endpoint that reads
limits is a preview, so that "not available" is an ordinary answer."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audits.probes.asking import ADMIN_STEP, admin, answered, by_page
from audits.probes.base import (
    Aspect,
    Budget,
    Check,
    Finding,
    Free,
    Measure,
    Strength,
    Target,
    Verdict,
)
from audits.probes.claude_errors import ApiFault, Situation
from audits.probes.months import CENTS, Month, cost_by_day
from audits.probes.reading import mapping, text, whole
from audits.probes.tools import Tools
from audits.probes.words import dollars

if TYPE_CHECKING:
    from audits.probes.claude import Claude

PATH = "/v1/organizations/spend_limits"
BETA = "spend-limit-reads-2026-09-26"
# How the API says that an organization may not use the preview.
NOT_AVAILABLE = frozenset(
    {Situation.UNCLASSIFIED_400, Situation.NO_PERMISSION, Situation.NOT_FOUND}
)
PAGE = "the Console's page with the workspace's limit (Settings, Workspaces, Limits)"
SET = "Set a monthly limit on the workspace in the Console (Settings, Workspaces, Limits)."
DECLARE = "Declare what a month may cost in the environment's settings."


@dataclass(frozen=True)
class Limit:
    """A monthly limit that is in force, in dollars. `workspace_id` is empty for other scopes."""

    scope: str
    workspace_id: str
    amount: Decimal
    currency: str


class SpendLimit(Free):
    name = "spend-limit"
    title = "Spend limit"
    looks_at = "The monthly limits of the workspace and the organization, against the budget."
    strength = Strength.STRONG
    aspects: tuple[Aspect, ...] = (
        Aspect("limit", "The workspace has a limit, not above the budget", Strength.STRONG),
        Aspect("organization", "The organization as a whole has a limit", Strength.PARTIAL),
        Aspect("budget", "A budget is declared, and the month is within it", Strength.PARTIAL),
    )
    needs: tuple[str, ...] = ("admin_key", "budget")
    every = dt.timedelta(hours=6)
    stale_after = dt.timedelta(days=2)
    seconds = 60
    how = (
        "Asked the Admin API for spend limits (a preview); where it is not available, compared "
        "the month's cost with the declared budget."
    )

    @answered
    def run(self, target: Target, tools: Tools) -> Finding:
        claude = admin(target, tools)
        if claude is None:
            return Finding.inconclusive(
                f"{target.name} has no Admin key, so its spend limit cannot be read.",
                next_step=ADMIN_STEP.format(instead=PAGE),
            )
        try:
            limits = in_force(by_page(claude, PATH, (), beta=BETA))
        except ApiFault as fault:
            if fault.situation not in NOT_AVAILABLE:
                raise
            return Finding.of(self._without(target, claude), how=self.how)
        return Finding.of(judge(target, limits), how=self.how)

    def _without(self, target: Target, claude: "Claude") -> list[Check]:
        unseen = Check(
            "limit",
            Verdict.INCONCLUSIVE,
            "This organization may not read its spend limits by the API yet (a preview).",
            f"Attach {PAGE} as evidence.",
        )
        if target.budget is None or target.budget.currency != "USD":
            step = f"{DECLARE[:-1]}, in USD, or attach {PAGE} as evidence."
            return [Check(unseen.aspect, unseen.verdict, unseen.says, step)]
        costs = cost_by_day(claude, target)
        if not costs:
            return [unseen]
        return [unseen, within(target, target.budget, sum(costs.values(), Decimal(0)))]


def in_force(found: Iterable[dict[str, Any]]) -> list[Limit]:
    """Odd when a row is not as documented. `amount` is whole cents."""
    limits = []
    for row in found:
        scope = mapping(row.get("scope"), "“scope”")
        if row.get("is_enabled") is True and text(row, "period") == "monthly":
            limits.append(
                Limit(
                    scope=text(scope, "type"),
                    workspace_id=text(scope, "workspace_id", ""),
                    amount=(whole(row, "amount") / CENTS).quantize(Decimal("0.01")),
                    currency=text(row, "currency").upper(),
                )
            )
    return limits


def judge(target: Target, limits: list[Limit]) -> list[Check]:
    checks = [_workspace(target, limits)]
    found = [limit for limit in limits if limit.scope == "organization"]
    if found:
        says = f"The organization's monthly limit is {_said(found[0])}."
        checks.append(Check("organization", Verdict.PASS, says, measures=_of(found[0])))
    elif not _of_workspace(target, limits):
        # Beside a workspace's limit the organization's is no gap.
        says = "The organization has no monthly limit of its own in force."
        step = "Set one in the Console (Settings, Limits): it also stops what no workspace limits."
        checks.append(Check("organization", Verdict.FAIL, says, step))
    return checks


def _workspace(target: Target, limits: list[Limit]) -> Check:
    if not target.workspace_id:
        return Check(
            "limit",
            Verdict.INCONCLUSIVE,
            f"The workspace of {target.name} is not declared, so its limit cannot be told.",
            "Enter the workspace id in the environment's settings. The default workspace takes no "
            "limit: move the key to a workspace of its own.",
        )
    own = _of_workspace(target, limits)
    if not own:
        return Check("limit", Verdict.FAIL, "The workspace has no monthly limit in force.", SET)
    lowest = min(own, key=lambda limit: limit.amount)
    if target.budget is None:
        says = f"The workspace's limit is {_said(lowest)}; no budget is declared beside it."
        return Check("limit", Verdict.INCONCLUSIVE, says, DECLARE, _of(lowest))
    return _against(target.budget, lowest)


def _of_workspace(target: Target, limits: list[Limit]) -> list[Limit]:
    ours = target.workspace_id
    return [limit for limit in limits if ours and limit.workspace_id == ours]


def _against(budget: Budget, limit: Limit) -> Check:
    if budget.currency != limit.currency:
        says = f"The limit is {_said(limit)}, but the budget is in {budget.currency}."
        step = f"Declare the budget in {limit.currency[:8]}."
        return Check("limit", Verdict.INCONCLUSIVE, says, step, _of(limit))
    measures = (*_of(limit), Measure("budget", budget.amount, budget.currency))
    if limit.amount > budget.amount:
        says = f"The workspace's limit is {_said(limit)}, above the budget of {budget.amount:,}."
        step = "Lower it in the Console (Settings, Workspaces, Limits), or raise the budget."
        return Check("limit", Verdict.FAIL, says, step, measures)
    says = f"The workspace's limit of {_said(limit)} a month is within the budget."
    return Check("limit", Verdict.PASS, says, measures=measures)


def within(target: Target, budget: Budget, spent: Decimal) -> Check:
    """Costs above the budget show that no limit stood at it; costs below show nothing of one."""
    period = Month(target.now).name
    measures = (Measure("spent", spent, "USD"), Measure("budget", budget.amount, "USD"))
    if spent > budget.amount:
        says = (
            f"{dollars(spent)} were spent in {period}, above the budget of "
            f"{dollars(budget.amount)}: no limit has held it."
        )
        return Check("budget", Verdict.FAIL, says, SET, measures)
    says = (
        f"A budget of {dollars(budget.amount)} is declared, and {dollars(spent)} of it were spent "
        f"in {period}."
    )
    return Check("budget", Verdict.PASS, says, measures=measures)


def _said(limit: Limit) -> str:
    return f"{limit.amount:,} {limit.currency[:8]}"


def _of(limit: Limit) -> tuple[Measure, ...]:
    return (Measure("limit", limit.amount, limit.currency[:8]),)


probe = SpendLimit()
