"""Taking a change back while it is the latest: a new event, and nothing deleted."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from audits.models import edits, evidence, undo_evidence
from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.comments import Comment
from audits.models.errors import NotAllowed, Refused
from audits.models.events import Event
from audits.models.moves import is_last, move_back
from audits.models.terms import Rating, refuse_unless_approver
from audits.models.users import User

ANSWERS = frozenset(
    {"answer.recorded", "answer.accepted", "answer.planned", "answer.rated", "answer.undone"}
)
COMMENTS = frozenset({"comment.added", "comment.withdrawn", "comment.restored"})


@dataclass(frozen=True)
class Undone:
    """`answers` are as they were before; `kept` were changed since, and stay as they are."""

    answers: Sequence[Answer]
    kept: Sequence[Answer]


def can_undo(event: Event) -> bool:
    """Whether the change may be taken back, as far as what it changed tells."""
    return bool(undoable([event]))


def undoable(events: Iterable[Event]) -> set[int]:
    """The primary keys of those of one audit that may be taken back, in two queries for evidence
    and comments, and one for conditions."""
    events = [
        each
        for each in events
        if each.verb in TAKES_BACK
        and each.revision == each.audit.revision
        and not each.audit.is_sealed
    ]
    pieces = undo_evidence.latest(events)
    comments = _withdrawn([each for each in events if each.verb in COMMENTS])

    def is_latest(event: Event) -> bool:
        if event.verb in evidence.VERBS:
            return undo_evidence.is_latest(event, pieces)
        if event.verb in COMMENTS:
            withdrew = event.verb == "comment.withdrawn"
            return comments.get(event.detail.get("comment")) == withdrew
        if event.verb in ANSWERS:
            return event.answer is not None and (
                event.detail.get("version") == event.answer.version
            )
        return _is_latest_of_audit(event)

    return {event.pk for event in events if is_latest(event)}


def _is_latest_of_audit(event: Event) -> bool:
    audit, detail = event.audit, event.detail
    if event.verb == "audit.renamed":
        return detail["after"] == audit.title
    if event.verb == "condition.settled":
        return detail["version"] == audit.condition_versions.get(detail["condition"])
    if event.verb == "tie.parted":
        return detail["tie"] in audit.parted_ties
    return is_last(event)


@transaction.atomic
def undo(event: Event, *, by: User) -> Undone:
    """Take back a change, with the others of its batch. Refused when nothing is left to take
    back; AuditSealed after a seal."""
    audit = event.audit.for_change()
    if event.verb not in TAKES_BACK:
        raise Refused("This change cannot be taken back.")
    if event.verb != "audit.renamed" and event.revision != audit.revision:
        raise Refused("This change cannot be taken back: a sealed revision holds it.")
    return TAKES_BACK[event.verb](audit, event, by)


def _undo_answers(audit: Audit, event: Event, by: User) -> Undone:
    events = {each.answer_id: each for each in _batch(audit, event) if each.answer_id}
    answers = audit.answers.select_related("item", "owner", "approver", "changed_by").folded()
    found = list(answers.filter(pk__in=list(events), retired_at=None).order_by("position"))
    # What was written before changes could be taken back tells no version.
    latest = [each for each in found if events[each.pk].detail.get("version") == each.version]
    if not latest:
        names = ", ".join(sorted({str(each.changed_by or "Countersign") for each in found}))
        raise Refused(f"It was changed again since, by {names}, and stays as it is.")

    # One's own change is one's own to take back; but not to make again by undoing that.
    if event.actor_id != by.pk or event.verb == "answer.undone":
        if any(_lowers(events[each.pk], each) for each in latest):
            refuse_unless_approver(audit, by)
        for each in latest:
            _refuse_confirming(events[each.pk], each, by)

    def restore(answer: Answer) -> dict:
        taken = events[answer.pk]
        edits.restore(answer, taken.detail["was"])
        if _rates(taken) and not answer.severity_reason:
            # Its item may be that of another edition by now.
            answer.severity = answer.item.severity
        return {"undoes": taken.number, "what": taken.verb}

    edits.apply(audit, latest, restore, verb="answer.undone", by=by)
    taken_back = {each.pk for each in latest}
    return Undone(latest, [each for each in found if each.pk not in taken_back])


def _batch(audit: Audit, event: Event) -> list[Event]:
    batch = event.detail.get("batch")
    if batch is None:
        return [event]
    numbers = range(batch["first"], batch["first"] + batch["count"])
    return list(audit.events.filter(number__in=numbers))


def _rates(event: Event) -> bool:
    return not event.detail["was"].keys().isdisjoint(edits.SEVERITY)


def _lowers(event: Event, answer: Answer) -> bool:
    was = event.detail["was"]
    given = was.get("severity_reason", answer.severity_reason)
    severity = was.get("severity", answer.severity) if given else answer.item.severity
    return _rates(event) and Rating(severity).lowers(answer)


def _refuse_confirming(event: Event, answer: Answer, by: User) -> None:
    """Nobody accepts a risk again in the name of its approver, who may have thought better."""
    was = event.detail["was"]
    confirms = was.get("accepted_at", answer.accepted_at) and any(
        name in was for name in edits.CLAIM
    )
    if confirms and was.get("approver_id", answer.approver_id) != by.pk:
        raise NotAllowed(
            f"Only {event.actor_name} or the approver can bring this acceptance of a risk back. "
            "Record it again, and the approver is asked."
        )


def _undo_condition(audit: Audit, event: Event, by: User) -> Undone:
    condition = audit.conditions.filter(pk=event.detail["condition"]).first()
    if condition is None or condition.version != event.detail["version"]:
        raise Refused("It was changed again since, and stays as it is.")
    condition.restore(audit, event.detail["was"], by=by, own=event.actor_id == by.pk)
    return Undone([], [])


def _undo_renaming(audit: Audit, event: Event, by: User) -> Undone:
    if audit.title != event.detail["after"]:
        raise Refused("The audit was renamed again since; its title stays as it is.")
    audit.rename(event.detail["before"], by=by)
    return Undone([], [])


def _undo_parting(audit: Audit, event: Event, by: User) -> Undone:
    tie = audit.ties.select_related("audit", "first", "second").get(pk=event.detail["tie"])
    tie.unpart(by=by)
    return Undone([tie.first, tie.second], [])


def _undo_move(_audit: Audit, event: Event, by: User) -> Undone:
    move_back(event, by=by)
    return Undone([], [])


def _undo_evidence(audit: Audit, event: Event, by: User) -> Undone:
    return Undone(undo_evidence.take_back(audit, event, _batch(audit, event), by=by), [])


def _undo_comment(audit: Audit, event: Event, by: User) -> Undone:
    comments = Comment.objects.select_related("answer__item", "author")
    comment = comments.filter(pk=event.detail.get("comment"), answer__audit=audit).first()
    if comment is None:
        raise Refused("This comment was made before comments could be taken back; it stays.")
    if (comment.withdrawn_at is None) == (event.verb == "comment.withdrawn"):
        raise Refused("The comment was taken back already, or brought back; it stays as it is.")
    comment.withdraw(audit, by=by, undoes=event.number)
    return Undone([comment.answer], [])


def _withdrawn(events: Sequence[Event]) -> dict[int, bool]:
    """Comment -> whether it was taken back, of those that the events name."""
    pks = {event.detail["comment"] for event in events if "comment" in event.detail}
    if not pks:
        return {}
    rows = Comment.objects.filter(pk__in=pks).values_list("pk", "withdrawn_at")
    return {pk: at is not None for pk, at in rows}


# Verb -> what takes it back, under the audit's lock.
TAKES_BACK: dict[str, Callable[[Audit, Event, User], Undone]] = {
    **dict.fromkeys(ANSWERS, _undo_answers),
    **dict.fromkeys(evidence.VERBS, _undo_evidence),
    **dict.fromkeys(COMMENTS, _undo_comment),
    "audit.renamed": _undo_renaming,
    "audit.moved": _undo_move,
    "tie.parted": _undo_parting,
    "condition.settled": _undo_condition,
}
