"""Why an item of an audit needs talk."""

from collections.abc import Iterator

from audits.models.agenda_ground import Ground, Reason
from audits.models.agenda_kinds import PointKind
from audits.models.agenda_left import of_action, of_point
from audits.models.agenda_since import weighty
from audits.models.agenda_words import day, seen
from audits.models.answers import Answer
from audits.models.claims import Verdict
from audits.models.pieces import stale_pieces
from checklist.models import Item

Found = Iterator[tuple[Answer, Reason]]


def of_answers(ground: Ground) -> Found:
    for answer in ground.answers:
        for find in (_open, _acceptance, _verdict):
            for reason in find(answer, ground):
                yield answer, reason
    yield from _evidence(ground)
    yield from _left(ground)
    for answer, says in weighty(ground):
        yield answer, Reason(PointKind.CHANGE, says)


def _open(answer: Answer, ground: Ground) -> Iterator[Reason]:
    is_open = answer.counts_as == Answer.State.OPEN
    if answer.has_lapsed or not is_open or answer.severity != Item.Severity.BLOCKER:
        return
    who = f"Owner: {answer.owner}" if answer.owner else "It has no owner"
    when = f", due {day(answer.due)}" if answer.due else ""
    late = ", overdue" if answer.is_overdue else ""
    urgent = answer.is_overdue or answer.owner is None
    yield Reason(PointKind.BLOCKER, f"It is open. {who}{when}{late}.", True, urgent)


def _acceptance(answer: Answer, ground: Ground) -> Iterator[Reason]:
    if answer.state != Answer.State.RISK_ACCEPTED:
        return
    kind, approver, until = PointKind.ACCEPTANCE, answer.approver, answer.accepted_until
    if answer.has_lapsed:
        says = f"The acceptance of its risk by {approver} ended on {day(until)}."
        yield Reason(kind, says, True, True)
    elif answer.awaits_approver:
        says = f"The risk waits for {approver} to accept it in person: {answer.reason}"
        yield Reason(kind, says, answer.severity == Item.Severity.BLOCKER, True)
    else:
        says = f"{approver} accepted the risk until {day(until)}: {answer.reason}"
        yield Reason(kind, says)
        if until and until <= ground.soon:
            yield Reason(kind, f"The acceptance ends {_how_soon(answer, ground)}.", urgent=True)


def _how_soon(answer: Answer, ground: Ground) -> str:
    until, launch = answer.accepted_until, ground.audit.project.launch_date
    if launch and until and ground.today <= until < launch:
        return f"before the launch on {day(launch)}"
    days = (until - ground.today).days if until else 0
    return f"in {days} day{'s'[: days != 1]}" if days else "today"


def _verdict(answer: Answer, ground: Ground) -> Iterator[Reason]:
    if answer.verdict != Verdict.FAIL:
        return
    word = ground.machine.word(answer.item.probes)
    saw = f" {seen(word)}" if word else ""
    if answer.is_conflict:
        says = f"Done for a person, failing for the machine.{saw}"
        yield Reason(PointKind.CONFLICT, says, True, True)
    else:
        yield Reason(PointKind.PROBE, f"It fails for the machine.{saw}", urgent=True)


def _evidence(ground: Ground) -> Found:
    """Of an open item that blocks nothing the evidence is no matter yet."""
    for row in stale_pieces(ground.audit):
        answer = ground.by_pk.get(row.answer_id)
        if answer is None:
            continue
        settled = answer.counts_as != Answer.State.OPEN
        is_blocker = answer.severity == Item.Severity.BLOCKER
        if settled or is_blocker:
            says = f"The evidence “{row.title_outside}” is stale since {day(row.stale_since)}."
            yield answer, Reason(PointKind.EVIDENCE, says, settled and is_blocker)


def _left(ground: Ground) -> Found:
    """Its action items, and what the former review deferred."""
    for action in ground.actions:
        if answer := ground.by_pk.get(action.answer_id):
            yield answer, of_action(action)
    for point in ground.former_points:
        answer, reason = ground.by_pk.get(point.answer_id), of_point(point, ground)
        if answer and reason:
            yield answer, reason
