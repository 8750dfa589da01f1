"""Age, expiry and leftovers of the keys, as the Admin API lists them."""

import datetime as dt

import pytest

from audits.probes.base import Policy, Verdict
from audits.probes.key_rotation import matches, probe
from tests.audits.probes.against import (
    NOW,
    ODD_BODIES,
    check,
    figures,
    key,
    target,
    tools,
    verdicts,
)

DAY = dt.timedelta(days=1)


@pytest.fixture
def workspace(api):
    return api.workspace()


@pytest.fixture
def admin(api):
    return api.admin_key()


def run(api, *keys, admin, **more):
    return probe.run(target(api, *keys, admin=admin, **more), tools(api))


def test_a_young_key_without_an_end_passes(api, admin, workspace):
    ours = api.key(workspace_id=workspace, created_at=NOW - 10 * DAY)
    finding = run(api, ours, admin=admin, workspace_id=workspace)
    assert verdicts(finding) == {"age": "pass", "expiry": "pass", "leftovers": "pass"}
    assert finding.says == "The oldest of 1 active key is 10 days old, of 90."
    assert figures(check(finding, "age")) == {"oldest key": 10, "interval": 90}


def test_the_age_and_the_owner_of_every_active_key_are_shown(api, admin, workspace):
    ours = api.key(
        name="Ours", workspace_id=workspace, created_at=NOW - 10 * DAY, created_by="user_07"
    )
    finding = run(api, ours, admin=admin, workspace_id=workspace)
    assert figures(finding) == {"Ours by user_07": 10}


def test_a_key_older_than_the_teams_interval_fails(api, admin, workspace):
    ours = api.key(name="Old", workspace_id=workspace, created_at=NOW - 31 * DAY)
    finding = run(api, ours, admin=admin, workspace_id=workspace, policy=Policy(rotation_days=30))
    assert verdicts(finding)["age"] == "fail"
    assert "“Old” (31 days)" in finding.says
    assert "Create a new key" in finding.next_step


def test_a_key_on_the_last_day_of_the_interval_still_passes(api, admin, workspace):
    ours = api.key(workspace_id=workspace, created_at=NOW - 90 * DAY)
    finding = run(api, ours, admin=admin, workspace_id=workspace)
    assert verdicts(finding)["age"] == "pass"


def test_a_key_that_ends_soon_fails(api, admin, workspace):
    ours = api.key(workspace_id=workspace, created_at=NOW - DAY, expires_at=NOW + 5 * DAY)
    finding = run(api, ours, admin=admin, workspace_id=workspace)
    assert verdicts(finding)["expiry"] == "fail"
    assert "2026-11-26" in finding.says


@pytest.mark.parametrize("status", ["inactive", "archived"])
def test_a_key_in_use_that_is_switched_off_fails(api, admin, workspace, status):
    ours = api.key(workspace_id=workspace, created_at=NOW - DAY, status=status)
    finding = run(api, ours, admin=admin, workspace_id=workspace)
    assert verdicts(finding)["expiry"] == "fail"
    assert status in check(finding, "expiry").says


def test_an_expired_key_in_use_fails(api, admin, workspace):
    ours = api.key(workspace_id=workspace, created_at=NOW - 9 * DAY, expires_at=NOW - DAY)
    finding = run(api, ours, admin=admin, workspace_id=workspace)
    assert "is expired" in check(finding, "expiry").says


@pytest.mark.parametrize("status", ["active", "inactive"])
def test_a_key_of_the_workspace_that_nobody_declared_is_a_leftover(api, admin, workspace, status):
    ours = api.key(workspace_id=workspace, created_at=NOW - DAY)
    api.key(name="Forgotten", workspace_id=workspace, created_at=NOW - DAY, status=status)
    finding = run(api, ours, admin=admin, workspace_id=workspace)
    assert verdicts(finding) == {"age": "pass", "expiry": "pass", "leftovers": "fail"}
    assert f"“Forgotten” ({status}, by user_01)" in finding.says


def test_archived_keys_and_those_of_other_workspaces_are_no_leftovers(api, admin, workspace):
    ours = api.key(workspace_id=workspace, created_at=NOW - DAY)
    api.key(name="Archived", workspace_id=workspace, status="archived")
    api.key(name="Elsewhere", created_at=NOW - 900 * DAY)
    finding = run(api, ours, admin=admin, workspace_id=workspace)
    assert finding.verdict == Verdict.PASS


def test_without_a_workspace_only_our_own_keys_are_judged(api, admin):
    ours = api.key(created_at=NOW - DAY)
    api.key(name="Not ours", created_at=NOW - 900 * DAY)
    finding = run(api, ours, admin=admin)
    assert verdicts(finding) == {"age": "pass", "expiry": "pass"}


def test_the_newer_version_tells_the_workspace_by_scope(api, admin, workspace):
    ours = api.key(workspace_id=workspace, created_at=NOW - DAY)
    api.key(name="Forgotten", workspace_id=workspace, created_at=NOW - DAY)
    finding = run(api, ours, admin=admin, workspace_id=workspace, api_version="2026-10-21")
    assert verdicts(finding)["leftovers"] == "fail"


def test_every_page_is_read(api, admin, workspace):
    for number in range(130):
        api.key(name=f"other {number}")
    ours = api.key(name="Last", workspace_id=workspace, created_at=NOW - 100 * DAY)
    finding = run(api, ours, admin=admin, workspace_id=workspace)
    assert "“Last” (100 days)" in finding.says
    assert len(api.came("/api_keys")) == 2


def test_a_key_that_the_organization_does_not_list_is_inconclusive(api, admin):
    api.key()
    finding = run(api, "sk-ant-api03-of-another-organization", admin=admin)
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "same organization" in finding.next_step


def test_without_an_admin_key_it_says_what_to_attach(api):
    finding = probe.run(target(api, api.key()), tools(api))
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "Add the reference of an Admin key" in finding.next_step
    assert "Console's list of keys" in finding.next_step
    assert not api.requests


def test_an_admin_key_that_is_refused_is_an_error(api):
    finding = run(api, api.key(), admin="sk-ant-admin01-unknown")
    assert finding.verdict == Verdict.ERROR
    assert "401" in finding.says


ROW = '{"data": [{"id": "apikey_1", "name": "n", "status": "active", %s}], "has_more": false}'
ODD_ROWS = (
    ROW % '"created_at": null',
    ROW % '"created_at": "yesterday"',
    ROW % '"created_at": 1e400',
    ROW % '"created_at": "0001-01-01T00:00:00+23:59"',
    ROW % '"created_at": "2026-01-01T00:00:00Z", "created_by": "ann"',
    ROW % '"created_at": "2026-01-01T00:00:00Z", "scope": 5',
    ROW % '"created_at": "2026-01-01T00:00:00Z", "partial_key_hint": {}',
    '{"data": [{"id": 7}]}',
    '{"data": [], "has_more": true}',
    '{"data": [], "has_more": true, "last_id": "always the same"}',
)


@pytest.mark.parametrize("body", [*ODD_BODIES, *ODD_ROWS])
def test_an_odd_answer_is_an_error_in_words(api, admin, body):
    api.plan("status", body=body, times=None)
    finding = run(api, api.key(), admin=admin)
    assert finding.verdict == Verdict.ERROR
    assert finding.next_step


@pytest.mark.parametrize(
    ("hint", "same"),
    [
        ("sk-ant-api03-R2D...igAA", True),
        ("sk-ant-api03-R2D...xxAA", False),
        ("sk-ant-api03-C3P...igAA", False),
        ("sk-ant-api03-R2D", False),
        ("...igAA", False),
        ("sk-ant-api03-R2D...", False),
        ("", False),
    ],
)
def test_a_hint_is_compared_at_both_ends(hint, same):
    assert matches(hint, key("sk-ant-api03-R2D2secretigAA")) is same


def test_no_key_stands_in_a_finding(api, admin, workspace):
    ours = api.key(name="Ours", workspace_id=workspace)
    finding = run(api, ours, admin=admin, workspace_id=workspace)
    assert ours not in repr(finding)
    assert admin not in repr(finding)
