"""How an item meets those of the audit's other checklists, as its panel shows it."""

from dataclasses import dataclass

from audits.models import Answer, Tie
from audits.models.proposals import proposes
from checklist.models import Relation

# The order in which they stand.
KINDS = (
    Relation.Kind.EQUAL.value,
    Relation.Kind.NARROWER.value,
    Relation.Kind.BROADER.value,
    Relation.Kind.RELATED.value,
)
# More related items than this are folded.
RELATED_SHOWN = 3


@dataclass
class Seen:
    """A tie as one of its answers sees it: `kind` is what its item is to the other's."""

    tie: Tie
    answer: Answer
    other: Answer

    @property
    def kind(self) -> str:
        return self.tie.seen_from(self.answer)

    @property
    def is_proposal(self) -> bool:
        return proposes(self.tie, self.answer, self.other)

    @property
    def is_settled(self) -> bool:
        return self.other.counts_as != Answer.State.OPEN


def seen_from(answer: Answer) -> list[Seen]:
    """Its ties to items that are asked; none without a query where the audit has one edition."""
    audit = answer.audit
    if len(audit.letters) < 2 or answer.retired_at:
        return []
    ties = list(audit.ties.live().of(answer).select_related("parted_by"))
    if not ties:
        return []
    pks = [tie.second_id if tie.first_id == answer.pk else tie.first_id for tie in ties]
    rows = audit.answers.for_rows().select_related("changed_by").folded().filter(pk__in=pks)
    others = {other.pk: other for other in rows}
    for other in others.values():
        other.audit = audit
    found = [Seen(tie, answer, others[pk]) for tie, pk in zip(ties, pks, strict=True)]
    return sorted(found, key=lambda each: (KINDS.index(each.kind), each.other.position))


def panel_part(answer: Answer) -> dict[str, list[Seen]]:
    """`ties`, and `related` apart where they are too many to stand there at once."""
    ties = seen_from(answer)
    related = [each for each in ties if each.kind == Relation.Kind.RELATED]
    if len(related) <= RELATED_SHOWN:
        return {"ties": ties, "related": []}
    return {"ties": [each for each in ties if each not in related], "related": related}
