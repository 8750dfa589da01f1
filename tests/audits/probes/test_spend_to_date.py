"""The month so far and its forecast against the budget, by the cost report."""

import datetime as dt
from decimal import Decimal

import pytest

from audits.probes.base import Budget, Verdict
from audits.probes.months import Month
from audits.probes.spend_to_date import judge, probe, used_percent
from tests.audits.probes.against import (
    NOW,
    ODD_BODIES,
    check,
    figures,
    target,
    tools,
    verdicts,
)

BUDGET = Budget(Decimal(1_000))


def spend(api, *cents: str, workspace: str | None = None) -> None:
    """Costs of the month's days from the first on."""
    for day, amount in enumerate(cents, 1):
        api.cost(dt.date(2026, 11, day), amount, workspace)


def run(api, **more):
    more.setdefault("budget", BUDGET)
    return probe.run(target(api, admin=api.admin_key(), **more), tools(api))


def test_a_month_within_its_budget_passes_and_is_told_in_dollars(api):
    spend(api, "10000", "10000.5")
    finding = run(api)
    assert verdicts(finding) == {"spent": "pass", "forecast": "pass"}
    assert finding.says == (
        "The whole organization has spent $200.00 of $1,000.00 in 2026-11: 20% used. The cost "
        "report lags about 5 minutes."
    )


def test_alerts_can_read_which_mark_was_reached(api):
    spend(api, "81000")
    told = figures(run(api))
    assert told["budget used"] == 81
    assert told["mark"] == 80
    assert told["period"] == "2026-11"


@pytest.mark.parametrize(
    ("spent", "percent"),
    [("0", 0), ("499.99", 49), ("500", 50), ("799.99", 79), ("800", 80), ("1000", 100)],
)
def test_a_mark_is_reached_with_the_cent_and_not_before(spent, percent):
    assert used_percent(Decimal(spent), Decimal(1_000)) == percent


def test_a_budget_of_nothing_is_used_up_by_anything():
    assert used_percent(Decimal("0.01"), Decimal(0)) == 100
    assert used_percent(Decimal(0), Decimal(0)) == 0


def test_a_month_above_its_budget_fails(api):
    spend(api, "100001")
    finding = run(api)
    assert verdicts(finding)["spent"] == "fail"
    assert "100% used" in finding.says
    assert "Console's cost page" in finding.next_step


def test_a_month_that_is_heading_above_its_budget_fails_by_its_forecast(api):
    spend(api, *["4000"] * 20)
    finding = run(api)
    assert verdicts(finding) == {"spent": "pass", "forecast": "fail"}
    told = figures(check(finding, "forecast"))
    assert told["forecast"] == Decimal("1170.73")
    assert str(told["dearest day"]) == "40.00"
    assert "through 20 days; those with costs were between $40.00 and $40.00" in finding.says


def test_the_first_days_say_nothing_of_the_month(api):
    early = dt.datetime(2026, 11, 4, tzinfo=dt.UTC)
    api.world.shift = (early - NOW).total_seconds()
    spend(api, "20000")
    finding = run(api, now=early)
    assert verdicts(finding) == {"spent": "pass"}


def test_only_the_declared_workspace_counts(api):
    ours = api.workspace()
    spend(api, "10000", workspace=ours)
    spend(api, "99999999")
    finding = run(api, workspace_id=ours)
    assert figures(finding)["spent"] == 100
    assert finding.says.startswith("The workspace has spent $100.00")


def test_a_month_is_that_of_utc(api):
    local = dt.timezone(dt.timedelta(hours=14))
    month = Month(dt.datetime(2026, 12, 1, 8, tzinfo=local))
    assert month.name == "2026-11"
    assert month.days == 30


def test_a_day_of_another_month_does_not_count(api):
    api.plan(
        "status",
        body='{"data": [{"starting_at": "2026-10-31T00:00:00Z", "results": [{"amount": "1"}]}]}',
    )
    assert run(api).verdict == Verdict.INCONCLUSIVE


def test_every_page_is_read(api):
    spend(api, "100", "200")
    first = (
        '{"data": [{"starting_at": "2026-11-01T00:00:00Z", "results": [{"amount": "7"}]}], '
        '"next_page": "page_1"}'
    )
    api.plan("status", body=first)
    assert figures(run(api))["spent"] == Decimal("2.07")


def test_a_workspace_that_the_report_does_not_name_is_inconclusive(api):
    spend(api, "100")
    finding = run(api, workspace_id="wrkspc_typo")
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "check the workspace id" in finding.next_step


def test_a_report_without_a_day_is_inconclusive(api):
    finding = judge(target(api, budget=BUDGET), BUDGET, {}, how="")
    assert finding.verdict == Verdict.INCONCLUSIVE


def test_without_an_admin_key_nothing_is_asked(api):
    finding = probe.run(target(api, budget=BUDGET), tools(api))
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "Admin key" in finding.next_step


def test_without_a_budget_it_is_inconclusive(api):
    assert "Declare what a month may cost" in run(api, budget=None).next_step


def test_a_budget_in_another_currency_is_inconclusive(api):
    finding = run(api, budget=Budget(Decimal(10), "EUR"))
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "in USD" in finding.next_step


DAY = '{"data": [{"starting_at": %s, "results": %s}], "next_page": null}'
TODAY = '"2026-11-20T00:00:00Z"'
ODD_DAYS = (
    *(
        DAY % (TODAY, f'[{{"amount": {amount}}}]')
        for amount in ("null", '"1e400"', "-5", '"abc"', '"Infinity"', "{}", "9" * 5_000, "true")
    ),
    DAY % (TODAY, '[{"amount": "5", "currency": "EUR"}]'),
    DAY % (TODAY, "null"),
    DAY % ("null", "[]"),
    DAY % ('"2026-13-45"', "[]"),
)


@pytest.mark.parametrize("body", [*ODD_BODIES, *ODD_DAYS])
def test_an_odd_answer_is_an_error_in_words(api, body):
    api.plan("status", body=body, times=None)
    finding = run(api)
    assert finding.verdict == Verdict.ERROR
    assert finding.next_step


def test_a_cost_of_almost_nothing_is_not_written_out_for_pages(api):
    api.plan("status", body=DAY % (TODAY, '[{"amount": "1e-900000"}]'))
    assert len(run(api).says) < 300
