"""What needs talk and is no item of the audit: exit criteria, probes that could not look, what the
former review left over, what changed since."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from audits.models import agenda_since
from audits.models.actions import Action
from audits.models.agenda_ground import Ground, Reason
from audits.models.agenda_kinds import PointDecision, PointKind
from audits.models.agenda_words import day, listed
from audits.models.answers import Answer
from audits.models.claims import Verdict
from audits.models.conditions import Condition
from audits.models.go_conditions import GoCondition
from audits.models.readings import Reading
from audits.models.told import stamp
from audits.models.verdicts import stale_since
from audits.probes import registry
from audits.reports import text

if TYPE_CHECKING:
    from audits.models.agenda import AgendaPoint

UNSURE = (Verdict.INCONCLUSIVE, Verdict.ERROR)

# Key, title and why.
Found = Iterator[tuple[str, str, Reason]]


def of_others(ground: Ground) -> Found:
    asked = [*_criteria(ground), *_go_conditions(ground)]
    yield from asked
    yield from _probes(ground)
    keys = {key for key, _, _ in asked}
    for action in ground.actions:
        if action.point and action.point.key in keys and action.title == action.point.title:
            # The fix of that very point: one more reason for it.
            yield action.point.key, action.title, replace(of_action(action), action=None)
        elif action.answer_id not in ground.by_pk:
            yield f"action:{action.pk}", action.title, of_action(action)
    for point in ground.former_points:
        reason = of_point(point, ground)
        if reason and point.answer_id is None:
            yield point.key, point.title, reason
    if said := agenda_since.counted(ground):
        title = f"What changed since {agenda_since.since(ground)}"
        for says in said:
            yield "changes", title, Reason(PointKind.CHANGE, says)


def of_action(action: Action) -> Reason:
    late = ", overdue" if action.is_late else ""
    who = f"{action.owner}, due {day(action.due)}{late}"
    says = f"The action item “{action.title}” is open: {who}."
    return Reason(PointKind.ACTION, says, urgent=action.is_late, action=action)


def _criteria(ground: Ground) -> Found:
    says = "Nobody has said that it is met."
    for condition in ground.audit.conditions.unmet(Condition.Kind.EXIT):
        yield f"criterion:{condition.pk}", condition.text, Reason(PointKind.CRITERION, says, True)


def _go_conditions(ground: Ground) -> Found:
    in_force = GoCondition.objects.in_force().open().filter(round__audit=ground.audit)
    for asked in in_force.select_related("owner"):
        late = ", overdue" if asked.is_late else ""
        says = f"The go asks this of {asked.owner} until {day(asked.due)}{late}."
        reason = Reason(PointKind.CONDITION, says, urgent=asked.is_late)
        yield f"go-condition:{asked.pk}", asked.text, reason


def of_point(point: "AgendaPoint", ground: Ground) -> Reason | None:
    """Why a point of the former review comes again by itself: it was deferred; or nothing was
    decided on it, and it is a topic or had been deferred before."""
    name = f"review {ground.former.number if ground.former else 0}"
    if point.decision == PointDecision.DEFER:
        why = f": {point.reason}" if point.reason else "."
        by = point.decided_by_name or "Somebody"
        return Reason(PointKind.DEFERRED, f"{by} deferred it in {name}{why}")
    if not point.decision and (point.added_by_id is not None or point.kind == PointKind.DEFERRED):
        return Reason(PointKind.DEFERRED, f"Nothing was decided on it in {name}.")
    return None


def _probes(ground: Ground) -> Found:
    """A point for each probe that could not look, or did not of late, and on which items rest
    that a person says are done."""
    rest: dict[str, list[str]] = defaultdict(list)
    words: dict[str, Reading] = {}
    for answer in ground.answers:
        for word in _doubtful(answer, ground):
            key = f"probe:{word.watch_id}"
            words.setdefault(key, word)
            if answer.label not in rest[key]:
                rest[key].append(answer.label)
    for key, word in words.items():
        title = f"{_title(word)} on {word.environment.name}"
        for says in (*_doubts(word, ground.now), _resting(rest[key])):
            yield key, title, Reason(PointKind.PROBE, says)


def _doubtful(answer: Answer, ground: Ground) -> list[Reading]:
    """What the item rests on and says nothing, or says it since long."""
    if answer.counts_as != Answer.State.DONE or not answer.verdict:
        return []
    stale = ground.stale.get(answer.pk, [])
    if answer.verdict not in UNSURE:
        return stale
    words = ground.machine.words(answer.item.probes)
    return [word for word in words if word.verdict == answer.verdict]


def _doubts(word: Reading, now: dt.datetime) -> Iterator[str]:
    at = text.moment(stamp(word.at))
    if word.verdict in UNSURE:
        could_not = "could not look" if word.verdict == Verdict.ERROR else "could not tell"
        yield f"The probe {could_not}: {word.says} ({at})"
    if since := stale_since(word, now):
        yield f"It looked last {at}, and is stale since {text.moment(stamp(since))}."


def _resting(labels: list[str]) -> str:
    items = "done item rests" if len(labels) == 1 else "done items rest"
    return f"{len(labels)} {items} on it: {listed(labels)}."


def _title(word: Reading) -> str:
    try:
        return registry.find(word.watch.probe)[0].title
    except LookupError:
        return word.watch.probe
