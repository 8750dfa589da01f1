"""What was changed in an audit since its last review; where there was none, since it was signed
or refused last."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from audits.models.audits import Audit
from audits.models.reviews import Review

CLAIMS = ("answer.recorded", "answer.accepted", "answer.lapsed", "answer.undone", "answer.rated")
MOVES = ("answer.reopened", "audit.moved")
EVIDENCE = ("evidence.added", "evidence.replaced", "evidence.removed")


@dataclass
class Change:
    """What an answer was before the first change, and who made the last one."""

    was: dict[str, Any] = field(default_factory=dict)
    by: str = ""


@dataclass
class Changes:
    answers: dict[int, Change] = field(default_factory=dict)
    evidence: int = 0
    moves: list[str] = field(default_factory=list)


def read(audit: Audit, former: Review | None) -> Changes:
    """In one query; none where there is nothing to begin with."""
    found, begin = Changes(), _begin(audit, former)
    if begin is None:
        return found
    events = audit.events.filter(at__gt=begin, verb__in=(*CLAIMS, *MOVES, *EVIDENCE))
    rows = events.order_by("number").values_list("verb", "answer", "actor_name", "detail")
    for verb, answer, by, detail in rows:
        if verb in EVIDENCE:
            found.evidence += 1
        elif verb == "audit.moved":
            found.moves.append(f"The audit moved from {detail['before']} to {detail['after']}.")
        else:
            change = found.answers.setdefault(answer, Change())
            change.was = detail.get("was", {}) | change.was
            change.by = by
    return found


def _begin(audit: Audit, former: Review | None) -> dt.datetime | None:
    if former:
        return former.ended_at
    return audit.decided.ended_at if audit.decided else None
