"""Development, staging and production are compared by fingerprint, and nothing unknown passes."""

from dataclasses import replace

import pytest

from audits.probes.base import Key, Kind, Sibling, Target, Verdict
from audits.probes.keys_separate import probe
from audits.probes.secrets import Secret
from tests.audits.probes.against import NOW, figures, verdicts

OURS = Key("main", Secret("sk-ant-ours"), "aaaa")
PRODUCTION = Target("Production", Kind.PRODUCTION, NOW, keys=(OURS,), workspace_id="wrkspc_1")
STAGING = Sibling("Staging", Kind.STAGING, frozenset({"bbbb"}), "wrkspc_2")
DEVELOPMENT = Sibling("Development", Kind.DEVELOPMENT, frozenset({"cccc"}), "wrkspc_3")


def run(*siblings: Sibling, target: Target = PRODUCTION):
    return probe.run(replace(target, siblings=siblings), tools=None)


def test_three_environments_with_keys_and_workspaces_of_their_own_pass():
    finding = run(STAGING, DEVELOPMENT)
    assert verdicts(finding) == {"keys": "pass", "workspaces": "pass", "production": "pass"}
    assert finding.says == (
        "Production shares no key with Staging and Development: 1 fingerprint of its own."
    )


def test_a_shared_key_fails_and_names_who_shares_it():
    finding = run(replace(STAGING, fingerprints=frozenset({"aaaa", "dddd"})), DEVELOPMENT)
    assert finding.verdict == Verdict.FAIL
    assert finding.says == "Production uses the same key as Staging."
    assert "Create a key of its own" in finding.next_step
    assert figures(finding.checks[0])["environments that share a key"] == 1


def test_a_sibling_whose_key_is_not_known_is_inconclusive():
    finding = run(STAGING, replace(DEVELOPMENT, fingerprints=frozenset()))
    assert verdicts(finding)["keys"] == "inconclusive"
    assert "Development" in finding.next_step


def test_a_shared_key_fails_although_another_sibling_is_unknown():
    shared = replace(STAGING, fingerprints=frozenset({"aaaa"}))
    assert verdicts(run(shared, replace(DEVELOPMENT, fingerprints=frozenset())))["keys"] == "fail"


def test_one_workspace_for_two_environments_fails():
    finding = run(replace(STAGING, workspace_id="wrkspc_1"), DEVELOPMENT)
    assert verdicts(finding) == {"keys": "pass", "workspaces": "fail", "production": "pass"}
    assert "share one spend limit" in finding.says


@pytest.mark.parametrize("unknown", ["Production", "Staging"])
def test_a_workspace_that_is_not_declared_is_inconclusive(unknown):
    ours = replace(PRODUCTION, workspace_id="" if unknown == "Production" else "wrkspc_1")
    theirs = replace(STAGING, workspace_id="" if unknown == "Staging" else "wrkspc_2")
    finding = run(theirs, target=ours)
    assert verdicts(finding)["workspaces"] == "inconclusive"
    assert unknown in finding.next_step


def test_development_and_staging_that_share_a_key_say_nothing_of_production():
    staging = replace(PRODUCTION, name="Staging", kind=Kind.STAGING)
    production = Sibling("Production", Kind.PRODUCTION, frozenset({"eeee"}), "wrkspc_4")
    finding = run(
        replace(DEVELOPMENT, fingerprints=frozenset({"aaaa"})), production, target=staging
    )
    assert verdicts(finding) == {"keys": "fail", "workspaces": "pass", "production": "pass"}


def test_without_a_production_beside_it_nothing_is_said_of_production():
    staging = replace(PRODUCTION, name="Staging", kind=Kind.STAGING)
    finding = run(DEVELOPMENT, target=staging)
    assert finding.of_aspect("production").verdict == Verdict.INCONCLUSIVE


def test_environments_of_one_kind_may_share_a_key():
    twin = Sibling("Production EU", Kind.PRODUCTION, frozenset({"aaaa"}), "wrkspc_1")
    assert run(twin, STAGING).verdict == Verdict.PASS


def test_alone_it_is_inconclusive():
    finding = run()
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "development and staging" in finding.next_step


def test_without_a_key_it_is_inconclusive():
    finding = run(STAGING, target=replace(PRODUCTION, keys=()))
    assert finding.verdict == Verdict.INCONCLUSIVE
    assert "Production" in finding.next_step
