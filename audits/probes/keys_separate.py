"""Development, staging and production share neither keys nor workspaces."""

import datetime as dt
from collections.abc import Iterable

from audits.probes.base import (
    Aspect,
    Check,
    Finding,
    Free,
    Kind,
    Measure,
    Sibling,
    Strength,
    Target,
    Verdict,
)
from audits.probes.tools import Tools
from audits.probes.words import counted, listed

ROTATE = "Create a key of its own for each environment in the Console, and disable the shared one."


class KeysSeparate(Free):
    name = "keys-separate"
    title = "Separate keys"
    looks_at = "The fingerprints of the keys and the workspaces of the project's environments."
    strength = Strength.STRONG
    aspects: tuple[Aspect, ...] = (
        Aspect("keys", "No two kinds of environment use one key", Strength.STRONG),
        Aspect("production", "Production's keys are used nowhere else", Strength.STRONG),
        Aspect("workspaces", "Each environment has a workspace of its own", Strength.MEDIUM),
    )
    needs: tuple[str, ...] = ("keys", "siblings")
    every = dt.timedelta(hours=6)
    stale_after = dt.timedelta(days=2)
    seconds = 10
    how = (
        "Compared the keyed fingerprints of this environment's keys, and its workspace id, with "
        "those of the project's environments of another kind. Nothing was sent."
    )

    def run(self, target: Target, tools: Tools) -> Finding:
        others = [sibling for sibling in target.siblings if sibling.kind != target.kind]
        if not target.keys:
            return Finding.inconclusive(
                f"{target.name} has no key to compare.",
                next_step=f"Add the reference of its key to the settings of {target.name}.",
            )
        if not others:
            return Finding.inconclusive(
                f"{target.name} has no environment of another kind beside it to compare with.",
                next_step="Add the project's development and staging environments with their "
                "keys; where there are none, say so in the answer.",
            )
        checks = [_keys(target, others), _workspaces(target, others)]
        apart = _production(target, others)
        return Finding.of([*checks, apart] if apart else checks, how=self.how)


def _keys(target: Target, others: list[Sibling]) -> Check:
    ours = {key.fingerprint for key in target.keys}
    return _compared("keys", target.name, ours, others)


def _production(target: Target, others: list[Sibling]) -> Check | None:
    """Only where production is one side of the comparison."""
    if target.kind == Kind.PRODUCTION:
        ours = {key.fingerprint for key in target.keys}
        return _compared("production", target.name, ours, others)
    production = [other for other in others if other.kind == Kind.PRODUCTION]
    if not production:
        return None
    ours = {key.fingerprint for key in target.keys}
    return _compared("production", target.name, ours, production)


def _compared(aspect: str, name: str, ours: set[str], others: Iterable[Sibling]) -> Check:
    others = list(others)
    sharing = [other.name for other in others if other.fingerprints & ours]
    unknown = [other.name for other in others if not other.fingerprints]
    measures = (
        Measure("environments compared", len(others) - len(unknown)),
        Measure("environments that share a key", len(sharing)),
    )
    if sharing:
        says = f"{name} uses the same key as {listed(sharing)}."
        return Check(aspect, Verdict.FAIL, says, ROTATE, measures)
    if unknown:
        says = f"The key of {listed(unknown)} is not known, so it was not compared."
        step = f"Add the reference of its key to the settings of {listed(unknown)}."
        return Check(aspect, Verdict.INCONCLUSIVE, says, step, measures)
    says = (
        f"{name} shares no key with {listed([other.name for other in others])}: "
        f"{counted(len(ours), 'fingerprint')} of its own."
    )
    return Check(aspect, Verdict.PASS, says, measures=measures)


def _workspaces(target: Target, others: list[Sibling]) -> Check:
    same = [
        o.name for o in others if target.workspace_id and o.workspace_id == target.workspace_id
    ]
    if same:
        return Check(
            "workspaces",
            Verdict.FAIL,
            f"{target.name} is in the same workspace as {listed(same)}, so they share one spend "
            "limit.",
            "Create a workspace for each environment in the Console, with its key and its limit.",
        )
    unknown = [name for name, id_ in _ids(target, others) if not id_]
    if unknown:
        return Check(
            "workspaces",
            Verdict.INCONCLUSIVE,
            f"The workspace of {listed(unknown)} is not declared.",
            "Enter the workspace id (Console: Settings, Workspaces) in the settings of "
            f"{listed(unknown)}. The default workspace has none: move the key to one of its own.",
        )
    says = f"{target.name} and {listed([o.name for o in others])} are in workspaces of their own."
    return Check("workspaces", Verdict.PASS, says)


def _ids(target: Target, others: list[Sibling]) -> list[tuple[str, str]]:
    return [
        (target.name, target.workspace_id),
        *((other.name, other.workspace_id) for other in others),
    ]


probe = KeysSeparate()
