"""What a review decides on a point of its agenda: the point, what it is about, and one event."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from audits.models.actions import Action
from audits.models.agenda import AgendaPoint, PointDecision
from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.conditions import Condition
from audits.models.errors import Outdated, Refused
from audits.models.lifecycle import ReviewState
from audits.models.text import clean
from audits.models.users import User

FIX, ACCEPT = PointDecision.FIX, PointDecision.ACCEPT
NOT_APPLICABLE, DONE, DEFER = (
    PointDecision.NOT_APPLICABLE,
    PointDecision.DONE,
    PointDecision.DEFER,
)
# Without an item there is no risk of one to accept.
WITHOUT_ANSWER = (FIX, NOT_APPLICABLE, DONE, DEFER)
# What a go asks for applies until another go is given.
OF_A_GO = (FIX, DONE, DEFER)
WHAT = "the decision on this point"


def offered(point: AgendaPoint) -> tuple[PointDecision, ...]:
    """What can be decided on such a point."""
    if point.answer_id:
        return tuple(PointDecision)
    return OF_A_GO if point.go_condition else WITHOUT_ANSWER


def mark_of(point: AgendaPoint) -> str:
    """Tells a decision from the one before it: what a form saw."""
    return point.decided_at.isoformat() if point.decided_at else ""


@dataclass
class Decision:
    """A decision and its terms, as somebody says it: `seen_version` is that of what the point is
    about, as the page showed it, and `seen` the mark of the decision that stood there."""

    decision: str
    by: User
    reason: str = ""
    approver: User | None = None
    until: dt.date | None = None
    owner: User | None = None
    due: dt.date | None = None
    seen_version: int | None = None
    seen: str | None = None

    @transaction.atomic
    def on(self, point: AgendaPoint) -> AgendaPoint:
        """Decide, or decide again. Whatever an answer refuses elsewhere it refuses here."""
        audit, review = point.review.locked()
        review.refuse_unless(ReviewState.RUNNING)
        audit.refuse_if_sealed()
        row = review.on_agenda(point)
        self._check(row)
        VERBS[_kind(row)](self, row, audit)
        self._store(row)
        # What was decided told of itself already, after what this row knows of the chain.
        audit = Audit.objects.locked(audit.pk)
        audit.log("review.point", by=self.by, answer=row.answer, **self._told(row))
        review.touch()
        return row

    def _check(self, row: AgendaPoint) -> None:
        if self.decision not in offered(row):
            raise Refused("Choose what is decided on this point.", field="decision")
        self.reason = clean(AgendaPoint, "reason", self.reason)
        if self.decision == DEFER and not self.reason:
            raise Refused("Say why it is deferred, and what it waits for.", field="reason")
        if self.decision == FIX:
            self._check_fix()
        if self.decision == NOT_APPLICABLE and not self.reason and not row.answer_id:
            raise Refused("Say why it does not apply.", field="reason")
        if self.seen is not None and self.seen != mark_of(row) and not self._said_by(row):
            raise Outdated(row.decided_by_name, WHAT)

    def _check_fix(self) -> None:
        if self.owner is None:
            raise Refused("Name who fixes it.", field="owner")
        if self.due is None:
            raise Refused("Say until when it is fixed.", field="due")

    def _said_by(self, row: AgendaPoint) -> bool:
        told = (self.decision, self.reason, self._terms())
        return told == (row.decision, row.reason, row.terms)

    def _answer(self, row: AgendaPoint, audit: Audit) -> None:
        answer: Any = row.answer
        answer.audit = audit
        if self.decision != DEFER:
            answer.record(
                STATES[self.decision],
                by=self.by,
                reason=self.reason,
                approver=self.approver,
                until=self.until,
                seen_version=self.seen_version,
            )
        if self.decision == FIX:
            answer.plan(by=self.by, owner=self.owner, due=self.due, seen_version=self.seen_version)
        self._follow_up(row, audit)

    def _follow_up(self, row: AgendaPoint, audit: Audit) -> None:
        """A fix is an action item; any other decision ends the one of an earlier fix, but that a
        later review leaves it when it decides nothing."""
        fixes = Action.objects.open().filter(audit=audit, point__key=row.key)
        former = fixes.filter(title=row.title).first()
        if self.decision == FIX and former:
            former.change(title=row.title, owner=self.owner, due=self.due, by=self.by)
        elif self.decision == FIX:
            Action.objects.add(audit, row.title, self.owner, self.due, by=self.by, point=row)
        elif former and (self.decision != DEFER or former.review_id == row.review_id):
            self._close(former, None)

    def _criterion(self, row: AgendaPoint, audit: Audit) -> None:
        """Say how it stands, by the rules of its own page: waiving it takes an approver."""
        condition: Any = row.condition
        state = CRITERIA.get(self.decision, condition.state)
        if state != condition.state:
            condition.audit = audit
            condition.settle(state, self.reason, by=self.by, seen_version=self.seen_version)
        self._follow_up(row, audit)

    def _go_condition(self, row: AgendaPoint, audit: Audit) -> None:
        asked: Any = row.go_condition
        if self.decision != DEFER and asked.is_open != (self.decision == FIX):
            met = self.decision == DONE
            asked.settle(met, self.reason, by=self.by, seen_version=self.seen_version)
        self._follow_up(row, audit)

    def _action(self, row: AgendaPoint, audit: Audit) -> None:
        action: Any = row.action
        version = self.seen_version
        if self.decision == FIX:
            if not action.is_open:
                action = action.reopen(by=self.by, seen_version=version)
                version = action.version
            plan = {"title": action.title, "owner": self.owner, "due": self.due}
            action.change(**plan, by=self.by, seen_version=version)
        elif self.decision != DEFER and action.is_open:
            self._close(action, version)

    def _close(self, action: Action, seen_version: int | None) -> None:
        done = self.decision == DONE
        label = PointDecision(self.decision).label.lower()
        closing = self.reason or ("" if done else f"Decided in the review: {label}.")
        state = Action.State.DONE if done else Action.State.DROPPED
        action.close(closing[:2000], by=self.by, state=state, seen_version=seen_version)

    def _store(self, row: AgendaPoint) -> None:
        row.decision, row.reason, row.terms = self.decision, self.reason, self._terms()
        row.decided_by, row.decided_by_name = self.by, str(self.by)
        row.decided_at = timezone.now()
        row.save(
            update_fields=[
                *("decision", "reason", "terms", "decided_by", "decided_by_name", "decided_at")
            ]
        )

    def _terms(self) -> dict[str, str]:
        if self.decision == FIX:
            return {"owner": str(self.owner), "due": str(self.due)}
        if self.decision == ACCEPT:
            return {"approver": str(self.approver), "until": str(self.until)}
        return {}

    def _told(self, row: AgendaPoint) -> dict[str, Any]:
        told: dict[str, Any] = row.answer.named() if row.answer else {"title": row.title}
        told |= {"review": str(row.review_id), "number": row.review.number}
        told |= {"position": row.position, "decision": self.decision}
        if self.reason:
            told["reason"] = self.reason
        return told | self._terms()


STATES: dict[str, str] = {
    FIX: Answer.State.OPEN,
    ACCEPT: Answer.State.RISK_ACCEPTED,
    NOT_APPLICABLE: Answer.State.NOT_APPLICABLE,
    DONE: Answer.State.DONE,
}


CRITERIA: dict[str, str] = {
    FIX: Condition.State.OPEN,
    NOT_APPLICABLE: Condition.State.WAIVED,
    DONE: Condition.State.MET,
}


def _kind(point: AgendaPoint) -> str:
    if point.answer_id:
        return "answer"
    if point.action_id:
        return "action"
    if point.condition:
        return "criterion"
    return "go_condition" if point.go_condition else "topic"


VERBS: dict[str, Callable[[Decision, AgendaPoint, Audit], None]] = {
    "answer": Decision._answer,
    "action": Decision._action,
    "criterion": Decision._criterion,
    "go_condition": Decision._go_condition,
    "topic": Decision._follow_up,
}


@transaction.atomic
def confirm(point: AgendaPoint, *, by: User, seen_version: int | None = None) -> None:
    """The approver accepts the risk of the point's item, in the room and in person."""
    audit, review = point.review.locked()
    review.refuse_unless(ReviewState.RUNNING)
    answer = review.on_agenda(point).answer
    if answer is None:
        raise Refused("This point is about no item, so there is no risk to accept.")
    answer.audit = audit
    answer.confirm_acceptance(by=by, seen_version=seen_version)
    review.touch()
