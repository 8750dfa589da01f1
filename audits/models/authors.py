"""Who gave the answers that stand there."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from audits.models.answers import Answer
from audits.models.claims import Claim
from audits.models.events import Event

if TYPE_CHECKING:
    from audits.models.audits import Audit

# What claims a state, or takes it over from elsewhere. Who loads an audit from a file claims each
# answer in it by one event, which names none of them.
CLAIMS = ("answer.recorded", "answer.undone")
LOADED = "audit.loaded"
OF_AUTHORS = Q(verb__in=CLAIMS, answer__isnull=False) | Q(verb=LOADED)

Author = tuple[int, str]


def answered_by(audit: "Audit") -> Counter[Author]:
    """(User's primary key, the name at the time) -> how many answers were last given by them;
    two queries."""
    events = audit.events.filter(OF_AUTHORS, actor__isnull=False)
    last: dict[int | None, Author] = {
        answer: (actor, name)
        for answer, actor, name in events.order_by("number").values_list(
            "answer", "actor", "actor_name"
        )
    }
    settled = audit.answers.filter(retired_at=None).exclude(state=Claim.State.OPEN)
    given = (last.get(pk, last.get(None)) for pk in settled.values_list("pk", flat=True))
    return Counter(author for author in given if author)


def main_author(audit: "Audit") -> int | None:
    """Who gave more answers than anybody else; nobody where two gave as many."""
    return main_authors([audit])[audit.pk]


def main_authors(audits: Sequence["Audit"]) -> dict[UUID, int | None]:
    """Audit's primary key -> its `main_author`; two queries for all of them, none for none."""
    if not audits:
        return {}
    events = Event.objects.filter(OF_AUTHORS, audit__in=audits, actor__isnull=False)
    in_order = events.order_by("audit", "number").values_list("audit", "answer", "actor")
    last: dict[tuple[UUID, int | None], int] = {
        (audit, answer): actor for audit, answer, actor in in_order
    }
    settled = Answer.objects.filter(audit__in=audits, retired_at=None)
    found: dict[UUID, Counter[int]] = {audit.pk: Counter() for audit in audits}
    for audit, answer in settled.exclude(state=Claim.State.OPEN).values_list("audit", "pk"):
        if author := last.get((audit, answer), last.get((audit, None))):
            found[audit][author] += 1
    return {audit: _first(by_person) for audit, by_person in found.items()}


def _first(by_person: Counter[int]) -> int | None:
    first = by_person.most_common(2)
    if not first or (len(first) == 2 and first[0][1] == first[1][1]):
        return None
    return first[0][0]
