"""What stands in the way of a go, by kind, as the pages of a sign-off list it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from audits.models import Audit
from audits.models.obstacles import Kind, Obstacle

# Of a kind; the audit's own page has the others.
SHOWN = 20
HEADINGS = {
    Kind.BLOCKER: "Open blockers",
    Kind.CONFLICT: "Conflicts: done for a person, failing for the machine",
    Kind.CRITERION: "Exit criteria that are not met",
    Kind.ACCEPTANCE: "Risk acceptances that have ended",
    Kind.EVIDENCE: "Stale evidence on a blocker",
    Kind.CHAIN: "The history is damaged",
}
FILTERS = {
    Kind.BLOCKER: "blockers",
    Kind.CONFLICT: "conflicts",
    Kind.ACCEPTANCE: "open",
    Kind.EVIDENCE: "stale-evidence",
}


@dataclass(frozen=True)
class Group:
    """`more` are those that are not among `shown`; `url` leads to all of them."""

    kind: str
    heading: str
    shown: Sequence[Obstacle]
    more: int
    url: str


def groups(audit: Audit, obstacles: Sequence[Obstacle]) -> list[Group]:
    by_kind = {kind: [each for each in obstacles if each.kind == kind] for kind in HEADINGS}
    return [
        Group(
            str(kind), HEADINGS[kind], found[:SHOWN], max(len(found) - SHOWN, 0), _all(audit, kind)
        )
        for kind, found in by_kind.items()
        if found
    ]


def _all(audit: Audit, kind: Kind) -> str:
    if kind in FILTERS:
        return f"{audit.get_absolute_url()}?show={FILTERS[kind]}"
    name = "condition-list" if kind == Kind.CRITERION else "audit-history"
    return reverse(name, args=[audit.pk])
