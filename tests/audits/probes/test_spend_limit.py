"""A limit that stands at or below the budget passes; a preview that is not granted is ordinary."""

from decimal import Decimal

import pytest

from audits.probes.base import Budget, Verdict
from audits.probes.spend_limit import probe
from audits.simulator.world import SpendLimit
from tests.audits.probes.against import (
    NOW,
    ODD_BODIES,
    check,
    figures,
    target,
    tools,
    verdicts,
)

BUDGET = Budget(Decimal(500))


@pytest.fixture
def workspace(api):
    return api.workspace()


def limits(api, *found: SpendLimit) -> None:
    api.world.spend_limits = list(found)


def of(workspace: str, dollars: int, **more) -> SpendLimit:
    return SpendLimit(dollars * 100, "workspace", workspace, **more)


def run(api, workspace: str = "", budget: Budget | None = BUDGET):
    asked = target(api, admin=api.admin_key(), workspace_id=workspace, budget=budget)
    return probe.run(asked, tools(api))


@pytest.mark.parametrize("dollars", [400, 500])
def test_a_limit_within_the_budget_passes(api, workspace, dollars):
    limits(api, of(workspace, dollars))
    finding = run(api, workspace)
    assert verdicts(finding) == {"limit": "pass"}
    assert figures(check(finding, "limit")) == {"limit": Decimal(dollars), "budget": Decimal(500)}


def test_a_limit_above_the_budget_fails(api, workspace):
    limits(api, of(workspace, 501))
    finding = run(api, workspace)
    assert verdicts(finding)["limit"] == "fail"
    assert finding.says == "The workspace's limit is 501.00 USD, above the budget of 500."
    assert "Lower it in the Console" in finding.next_step


@pytest.mark.parametrize("found", [[], ["other"], ["disabled"], ["organization"]])
def test_a_workspace_without_a_limit_of_its_own_fails(api, workspace, found):
    known = {
        "other": of("wrkspc_99", 100),
        "disabled": of(workspace, 100, is_enabled=False),
        "organization": SpendLimit(10_000),
    }
    limits(api, *(known[name] for name in found))
    finding = run(api, workspace)
    assert verdicts(finding)["limit"] == "fail"
    assert "Set a monthly limit" in finding.next_step
    assert verdicts(finding)["organization"] == ("pass" if found == ["organization"] else "fail")


def test_of_several_limits_the_lowest_counts(api, workspace):
    limits(api, of(workspace, 900), of(workspace, 300))
    assert figures(check(run(api, workspace), "limit"))["limit"] == 300


def test_a_limit_without_a_budget_beside_it_is_inconclusive(api, workspace):
    limits(api, of(workspace, 400))
    finding = run(api, workspace, budget=None)
    assert verdicts(finding)["limit"] == "inconclusive"
    assert "400.00 USD" in finding.says


def test_a_budget_in_another_currency_is_inconclusive(api, workspace):
    limits(api, of(workspace, 400))
    finding = run(api, workspace, budget=Budget(Decimal(500), "EUR"))
    assert "Declare the budget in USD" in finding.next_step
    assert finding.verdict == Verdict.INCONCLUSIVE


def test_without_a_workspace_id_the_limit_cannot_be_told(api):
    limits(api, SpendLimit(50_000))
    finding = run(api)
    assert verdicts(finding) == {"limit": "inconclusive", "organization": "pass"}


@pytest.mark.parametrize(
    "code", ["organization_type_not_supported", "organization_not_enrolled_in_beta", "permission"]
)
def test_without_the_preview_a_budget_that_holds_is_no_proof_of_a_limit(api, workspace, code):
    api.world.spend_limits = code
    api.cost(NOW.date(), "12345", workspace)
    finding = run(api, workspace)
    assert verdicts(finding) == {"limit": "inconclusive", "budget": "pass"}
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "Attach the Console's page" in finding.next_step
    assert figures(check(finding, "budget"))["spent"] == Decimal("123.45")


def test_without_the_preview_and_without_a_cost_nothing_is_said_of_the_budget(api, workspace):
    assert verdicts(run(api, workspace)) == {"limit": "inconclusive"}


def test_costs_above_the_budget_show_that_no_limit_held(api, workspace):
    api.cost(NOW.date(), "50001", workspace)
    finding = run(api, workspace)
    assert verdicts(finding) == {"limit": "inconclusive", "budget": "fail"}
    assert "$500.01 were spent in 2026-11, above the budget of $500.00" in finding.says


def test_without_preview_and_budget_it_is_inconclusive(api, workspace):
    finding = run(api, workspace, budget=None)
    assert verdicts(finding) == {"limit": "inconclusive"}
    assert "Declare what a month may cost" in finding.next_step


def test_without_an_admin_key_nothing_is_asked(api):
    finding = probe.run(target(api, budget=BUDGET), tools(api))
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "Admin key" in finding.next_step
    assert not api.requests


@pytest.mark.parametrize(
    "what", ["server-error", "overloaded", "reset", "edge", "organization-disabled"]
)
def test_trouble_on_the_way_is_an_error_and_not_an_absent_preview(api, workspace, what):
    api.plan(what)
    assert run(api, workspace).verdict == Verdict.ERROR


ROW = (
    '{"data": [{"amount": %s, "currency": "USD", "period": "monthly", "is_enabled": true, '
    '"scope": {"type": "workspace", "workspace_id": "wrkspc_01"}}], "next_page": null}'
)
ODD_ROWS = (
    *(
        ROW % amount
        for amount in ("null", '"lots"', "-1", '"1e99"', "true", '"1.5"', "[]", '"NaN"')
    ),
    ROW.replace('{"type": "workspace", "workspace_id": "wrkspc_01"}', '"workspace"') % '"1"',
    '{"data": [], "next_page": 5}',
    '{"data": [], "next_page": "the same for ever"}',
)


@pytest.mark.parametrize("body", [*ODD_BODIES, *ODD_ROWS])
def test_an_odd_answer_is_an_error_in_words(api, workspace, body):
    api.plan("status", body=body, times=None)
    finding = run(api, workspace)
    assert finding.verdict == Verdict.ERROR
    assert finding.next_step
