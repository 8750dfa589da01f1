"""What the month has cost so far, and what it will if it goes on so, against the budget."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from audits.probes.asking import ADMIN_STEP, admin, answered
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
from audits.probes.months import Month, cost_by_day
from audits.probes.tools import Tools
from audits.probes.words import dollars

# Before it, a straight line through the days says nothing of the month.
DAYS_FOR_FORECAST = Decimal(5)
CENT = Decimal("0.01")
LAG = "The cost report lags about 5 minutes."
CUT = (
    "Find what spends it by model and workspace in the Console's cost page; switch off or slow "
    "down that feature, or raise the budget on purpose."
)


class SpendToDate(Free):
    name = "spend-to-date"
    title = "Spend to date"
    looks_at = "The cost report of the month so far, against the declared budget."
    strength = Strength.STRONG
    aspects: tuple[Aspect, ...] = (
        Aspect("spent", "The month so far has not passed the budget", Strength.MEDIUM),
        Aspect("forecast", "The month will not pass it if days go on so", Strength.PARTIAL),
    )
    needs: tuple[str, ...] = ("admin_key", "budget")
    every = dt.timedelta(minutes=15)
    stale_after = dt.timedelta(hours=6)
    seconds = 60
    how = "Read the cost report by day since the first of the month (UTC) with the Admin key."

    @answered
    def run(self, target: Target, tools: Tools) -> Finding:
        claude = admin(target, tools)
        if claude is None:
            return Finding.inconclusive(
                f"{target.name} has no Admin key, so what it spends cannot be read.",
                next_step=ADMIN_STEP.format(instead="the Console's cost page"),
            )
        if target.budget is None:
            return Finding.inconclusive(
                f"{target.name} has no declared budget to compare with.",
                next_step="Declare what a month may cost in the environment's settings.",
            )
        if target.budget.currency != "USD":
            return Finding.inconclusive(
                f"The budget is in {target.budget.currency}; the cost report is in USD.",
                next_step="Declare the budget in USD.",
            )
        return judge(target, target.budget, cost_by_day(claude, target), how=self.how)


def judge(
    target: Target, budget: Budget, costs: Mapping[dt.date, Decimal], *, how: str
) -> Finding:
    """`costs` are dollars by day of the month so far."""
    month = Month(target.now)
    spent = sum(costs.values(), Decimal(0)).quantize(Decimal("0.0001"))
    if not costs:
        return Finding.inconclusive(
            f"The cost report has no cost in {month.name} yet.",
            next_step=f"Wait for the first costs, and check the workspace id. {LAG}",
            how=how,
        )
    checks = [_spent(target, budget, spent)]
    if month.elapsed >= DAYS_FOR_FORECAST:
        checks.append(_forecast(month, budget, spent, costs))
    return Finding.of(checks, how=how, measures=checks[0].measures)


def _spent(target: Target, budget: Budget, spent: Decimal) -> Check:
    month = Month(target.now)
    scope = "The workspace" if target.workspace_id else "The whole organization"
    percent = used_percent(spent, budget.amount)
    measures = (
        Measure("budget used", percent, "%"),
        Measure("spent", spent.quantize(CENT), "USD"),
        Measure("budget", budget.amount, "USD"),
        Measure("mark", max((m for m in target.policy.budget_marks if percent >= m), default=0)),
        Measure("period", month.name),
    )
    so_far = f"{scope} has spent {dollars(spent)} of {dollars(budget.amount)} in {month.name}"
    says = f"{so_far}: {percent}% used. {LAG}"
    if spent > budget.amount:
        return Check("spent", Verdict.FAIL, says, CUT, measures)
    return Check("spent", Verdict.PASS, says, measures=measures)


def used_percent(spent: Decimal, budget: Decimal) -> int:
    """Rounded down, so that a mark is told when it is reached and not before."""
    if budget <= 0:
        return 100 if spent > 0 else 0
    return int(spent * 100 / budget)


def _forecast(
    month: Month, budget: Budget, spent: Decimal, costs: Mapping[dt.date, Decimal]
) -> Check:
    """A straight line through the days so far; how far they differ says what it is worth."""
    forecast = (spent / month.elapsed * month.days).quantize(CENT)
    today = month.now.astimezone(dt.UTC).date()
    whole_days = [cost for day, cost in costs.items() if day < today] or [spent]
    worth = (
        f"a straight line through {int(month.elapsed)} days; those with costs were between "
        f"{dollars(min(whole_days))} and {dollars(max(whole_days))}"
    )
    measures = (
        Measure("forecast", forecast, "USD"),
        Measure("cheapest day", min(whole_days).quantize(CENT), "USD"),
        Measure("dearest day", max(whole_days).quantize(CENT), "USD"),
    )
    says = f"{month.name} is heading for {dollars(forecast)}: {worth}."
    if forecast > budget.amount:
        says = f"{says} The budget is {dollars(budget.amount)}."
        return Check("forecast", Verdict.FAIL, says, CUT, measures)
    return Check("forecast", Verdict.PASS, says, measures=measures)


probe = SpendToDate()
