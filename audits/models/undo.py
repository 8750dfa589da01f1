"""Taking a change back while it is the latest: a new event, and nothing deleted."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from audits.models import edits
from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.errors import Refused
from audits.models.events import Event
from audits.models.moves import move_back
from audits.models.terms import Rating, refuse_unless_approver
from audits.models.users import User

ANSWERS = frozenset(
    {"answer.recorded", "answer.accepted", "answer.planned", "answer.rated", "answer.undone"}
)


@dataclass(frozen=True)
class Undone:
    """`answers` are as they were before; `kept` were changed since, and stay as they are."""

    answers: Sequence[Answer]
    kept: Sequence[Answer]


def can_undo(event: Event) -> bool:
    """Whether the change may be taken back, as far as its own answer tells."""
    audit = event.audit
    if audit.is_sealed or event.revision != audit.revision:
        return False
    if event.verb == "audit.renamed":
        return event.detail["after"] == audit.title
    if event.verb == "condition.settled":
        return event.detail["version"] == audit.condition_versions.get(event.detail["condition"])
    if event.verb == "audit.moved":
        return audit.events_count == event.number + event.detail["reopened"]
    return (
        event.verb in ANSWERS
        and event.answer is not None
        and event.detail.get("version") == event.answer.version
    )


@transaction.atomic
def undo(event: Event, *, by: User) -> Undone:
    """Take back a change, with the others of its batch. Refused when nothing is left to take
    back; AuditSealed after a seal."""
    audit = event.audit.for_change()
    if event.verb == "audit.renamed":
        return _undo_renaming(audit, event, by)
    if event.verb == "audit.moved" and event.revision == audit.revision:
        move_back(event, by=by)
        return Undone([], [])
    if event.verb == "condition.settled" and event.revision == audit.revision:
        return _undo_condition(audit, event, by)
    if event.verb not in ANSWERS or event.revision != audit.revision:
        raise Refused("This change cannot be taken back.")
    events = {each.answer_id: each for each in _batch(audit, event) if each.answer_id}
    answers = audit.answers.select_related("item", "owner", "approver").folded()
    found = list(answers.filter(pk__in=list(events), retired_at=None).order_by("position"))
    latest = [each for each in found if events[each.pk].detail["version"] == each.version]
    if not latest:
        names = ", ".join(sorted({str(each.changed_by or "Countersign") for each in found}))
        raise Refused(f"It was changed again since, by {names}, and stays as it is.")

    if event.actor != by and any(_lowers(events[each.pk], each) for each in latest):
        refuse_unless_approver(audit, by)

    def restore(answer: Answer) -> dict:
        taken = events[answer.pk]
        edits.restore(answer, taken.detail["was"])
        return {"undoes": taken.number, "what": taken.verb}

    edits.apply(audit, latest, restore, verb="answer.undone", by=by)
    return Undone(latest, [each for each in found if each not in latest])


def _batch(audit: Audit, event: Event) -> list[Event]:
    batch = event.detail.get("batch")
    if batch is None:
        return [event]
    numbers = range(batch["first"], batch["first"] + batch["count"])
    return list(audit.events.filter(number__in=numbers))


def _lowers(event: Event, answer: Answer) -> bool:
    former = event.detail["was"].get("severity", answer.severity)
    return Rating(former).lowers(answer)


def _undo_condition(audit: Audit, event: Event, by: User) -> Undone:
    condition = audit.conditions.filter(pk=event.detail["condition"]).first()
    if condition is None or condition.version != event.detail["version"]:
        raise Refused("It was changed again since, and stays as it is.")
    condition.restore(audit, event.detail["was"], by=by)
    return Undone([], [])


def _undo_renaming(audit: Audit, event: Event, by: User) -> Undone:
    if audit.title != event.detail["after"]:
        raise Refused("The audit was renamed again since; its title stays as it is.")
    audit.rename(event.detail["before"], by=by)
    return Undone([], [])
