"""What changed since the last time that somebody decided, in words."""

from collections.abc import Iterator

from audits.models.agenda_changes import Change
from audits.models.agenda_ground import Ground
from audits.models.agenda_kinds import PointDecision
from audits.models.agenda_words import day, listed
from audits.models.answers import Answer
from checklist.models import Item


def since(ground: Ground) -> str:
    """As it stands after “since”; empty where nothing was decided yet."""
    if ground.former:
        return f"review {ground.former.number} of {day(ground.former.ended_at)}"
    decided = ground.audit.decided
    if decided is None:
        return ""
    how = "refused" if decided.was_refused else "signed"
    return f"revision {decided.revision} was {how} on {day(decided.ended_at)}"


def weighty(ground: Ground) -> Iterator[tuple[Answer, str]]:
    """Changes that want a word of their own, in the order of the items."""
    changes, name = ground.changes, since(ground)
    fixed = {
        point.answer_id
        for point in ground.former_points
        if point.decision == PointDecision.FIX and point.answer_id
    }
    for answer in ground.answers:
        if change := changes.answers.get(answer.pk):
            for says in _weighs(answer, change, was_to_fix=answer.pk in fixed):
                yield answer, f"{says}, since {name}."


def counted(ground: Ground) -> list[str]:
    """The other changes, a sentence for each kind."""
    changes = ground.changes
    done = [
        answer.label
        for answer in ground.answers
        if (change := changes.answers.get(answer.pk)) and _was_done(answer, change)
    ]
    said = list(changes.moves)
    if done:
        items = "item was" if len(done) == 1 else "items were"
        said.append(f"{len(done)} {items} done: {listed(done)}.")
    if changes.evidence:
        pieces = "piece" if changes.evidence == 1 else "pieces"
        said.append(f"{changes.evidence} {pieces} of evidence came, changed or went.")
    return said


def _weighs(answer: Answer, change: Change, *, was_to_fix: bool) -> Iterator[str]:
    state, was = answer.counts_as, change.was.get("state", answer.state)
    if was != answer.state:
        if state == Answer.State.OPEN and was != Answer.State.OPEN:
            label = Answer.State(was).label.lower()
            yield f"It was {label}, and is open again ({change.by})"
        elif state == Answer.State.NOT_APPLICABLE:
            yield f"{change.by} set it to not applicable ({answer.reason})"
        elif state == Answer.State.RISK_ACCEPTED:
            yield "Its risk is newly accepted"
        elif was_to_fix and state == Answer.State.DONE:
            yield f"It was to be fixed, and {change.by} says that it is done"
    severity = change.was.get("severity", answer.severity)
    if severity != answer.severity:
        before, now = (Item.Severity(each).label.lower() for each in (severity, answer.severity))
        yield f"{change.by} set its severity from {before} to {now}"


def _was_done(answer: Answer, change: Change) -> bool:
    return answer.state == Answer.State.DONE != change.was.get("state", answer.state)
