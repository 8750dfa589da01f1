"""What stands between an audit and a go, each with the place where it can be put right."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse
from django.utils.text import get_text_list

from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.chains import find_broken_link
from audits.models.conditions import Condition
from audits.models.pieces import stale_pieces
from audits.models.readings import Machine, Reading
from audits.models.told import stamp
from audits.reports import text
from checklist.models import Item


class Kind(StrEnum):
    BLOCKER = "blocker"
    CONFLICT = "conflict"
    CRITERION = "criterion"
    ACCEPTANCE = "acceptance"
    EVIDENCE = "evidence"
    CHAIN = "chain"


# What is said of them together: of one, of many.
WORDS = {
    Kind.BLOCKER: ("blocker is open", "blockers are open"),
    Kind.CONFLICT: (
        "item is done for a person and failing for the machine",
        "items are done for a person and failing for the machine",
    ),
    Kind.CRITERION: ("exit criterion is not met", "exit criteria are not met"),
    Kind.ACCEPTANCE: ("risk acceptance has expired", "risk acceptances have expired"),
    Kind.EVIDENCE: ("blocker rests on stale evidence", "blockers rest on stale evidence"),
    Kind.CHAIN: ("link of the history is broken", "links of the history are broken"),
}


@dataclass(frozen=True)
class Obstacle:
    """`key` names it within its audit: what a condition of the go says that it covers."""

    kind: Kind
    title: str
    detail: str
    url: str
    key: str

    @property
    def point_key(self) -> str:
        """Of the agenda point that is about the same."""
        pk = self.key.partition(":")[2]
        return self.key if self.kind == Kind.CRITERION else f"answer:{pk}"

    @property
    def can_be_covered(self) -> bool:
        """Whether a conditional go may pass over it."""
        return self.kind != Kind.CHAIN


def of(audit: Audit, *, chain: bool = True) -> list[Obstacle]:
    """All of them as of today, in a constant number of queries. Without `chain` the events, which
    take the longest to read, are left out."""
    found = [*_answers(audit), *_criteria(audit), *_stale(audit)]
    return [*found, *_chain(audit)] if chain else found


def in_words(obstacles: list[Obstacle]) -> str:
    """“2 blockers are open and 1 exit criterion is not met”; empty without any."""
    parts = []
    for kind, (one, many) in WORDS.items():
        if count := sum(1 for obstacle in obstacles if obstacle.kind == kind):
            parts.append(f"{count} {one if count == 1 else many}")
    return get_text_list(parts, "and")


def _answers(audit: Audit) -> Iterator[Obstacle]:
    answers = audit.answers.filter(retired_at=None).select_related("item", "owner", "approver")
    blocking = answers.blocking() | answers.conflicting() | answers.lapsed()
    found = list(blocking.order_by("position"))
    machine = Machine(audit.project_id) if any(each.is_conflict for each in found) else None
    for answer in found:
        answer.audit = audit
        yield from _of_answer(answer, machine.word(answer.item.probes) if machine else None)


def _of_answer(answer: Answer, word: Reading | None) -> Iterator[Obstacle]:
    if answer.has_lapsed:
        yield _at(answer, Kind.ACCEPTANCE, f"The acceptance ended on {answer.accepted_until}.")
    elif answer.counts_as == Answer.State.OPEN and answer.severity == Item.Severity.BLOCKER:
        owner = f"Owner: {answer.owner}." if answer.owner else "It has no owner."
        yield _at(answer, Kind.BLOCKER, owner)
    if answer.is_conflict:
        yield _at(answer, Kind.CONFLICT, _conflict(word))


def _conflict(word: Reading | None) -> str:
    """What the machine saw, where and when."""
    said = "Done for a person, failing for the machine."
    if word is None:  # the environment that it looked at was removed just now
        return said
    simulated = ", simulated" if word.simulated else ""
    at = text.moment(stamp(word.at))
    return f"{said} {word.says} ({word.ref} on {word.environment.name}{simulated}, {at})"


def _criteria(audit: Audit) -> Iterator[Obstacle]:
    for condition in audit.conditions.unmet(Condition.Kind.EXIT):
        url = f"{reverse('condition-list', args=[audit.pk])}#condition-{condition.pk}"
        key, detail = f"{Kind.CRITERION}:{condition.pk}", "Nobody has said that it is met."
        yield Obstacle(Kind.CRITERION, condition.text, detail, url, key)


def _stale(audit: Audit) -> Iterator[Obstacle]:
    told = set()
    for row in stale_pieces(audit):
        answer = row.answer
        if answer.severity != Item.Severity.BLOCKER or answer.pk in told:
            continue
        if answer.counts_as != Answer.State.OPEN:  # an open one blocks by itself
            told.add(answer.pk)
            yield _at(
                answer, Kind.EVIDENCE, f"“{row.title_outside}” is stale since {row.stale_since}."
            )


def _chain(audit: Audit) -> Iterator[Obstacle]:
    if link := find_broken_link(audit):
        url = reverse("audit-history", args=[audit.pk])
        yield Obstacle(
            Kind.CHAIN, f"Event {link.number} of the history", f"{link.reason}.", url, "chain"
        )


def _at(answer: Answer, kind: Kind, detail: str) -> Obstacle:
    title = f"{answer.label} {answer.item.title}"
    url = f"{answer.get_absolute_url()}#row-{answer.pk}"
    return Obstacle(kind, title, detail, url, f"{kind}:{answer.pk}")
