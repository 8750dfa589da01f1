"""What the room shows of a point: why it is there, what is claimed, seen and attached, and the
form that decides on it."""

from collections.abc import Iterable
from typing import Any

from audits.forms.room import DecisionForm
from audits.models import AgendaPoint, Answer, Audit, Membership, pieces, verdicts
from audits.models.decisions import mark_of, offered
from audits.views.versions import LABELS, of_form

# What is asked for beside a decision.
DECISIONS = {
    AgendaPoint.Decision.FIX: ("pencil", "open"),
    AgendaPoint.Decision.ACCEPT: ("shield-alert", "risk_accepted"),
    AgendaPoint.Decision.NOT_APPLICABLE: ("circle-slash", "not_applicable"),
    AgendaPoint.Decision.DONE: ("circle-check-solid", "done"),
    AgendaPoint.Decision.DEFER: ("clock", "open"),
}
FIELDS = ("decision", "reason", "approver", "until", "owner", "due", "version", "seen")


def context_of(audit: Audit, point: AgendaPoint) -> dict[str, Any]:
    """In a constant number of queries."""
    answer = point.answer
    if answer is None:
        context = {"point": point, "audit": audit}
        return context | {"condition": point.condition, "go_condition": point.go_condition}
    answer.audit = audit
    return {
        "point": point,
        "audit": audit,
        "answer": answer,
        "item": answer.item,
        "rows": verdicts.beside(answer),
        "evidence": [piece.row for piece in pieces.shown(answer) if not piece.row.removed_at],
        "together": pieces.together(answer) if answer.tied else [],
    }


def decision_of(
    point: AgendaPoint, roster: Iterable[Membership], form: DecisionForm | None
) -> dict[str, Any]:
    """The form that decides, empty or as it was sent and not taken."""
    roster = list(roster)
    approvers = [each for each in roster if each.may_approve]
    return {
        "choices": [(value, value.label, *DECISIONS[value]) for value in offered(point)],
        "values": _sent(form) if form else _initial(point),
        "errors": dict(form.errors) if form else {},
        "versions": form.versions if form else None,
        "people": [(str(each.user_id), str(each.user)) for each in roster],
        "approvers": [(str(each.user_id), str(each.user)) for each in approvers],
    }


def _sent(form: DecisionForm) -> dict[str, str]:
    return {name: str(form[name].value() or "") for name in FIELDS}


def _initial(point: AgendaPoint) -> dict[str, str]:
    about: Any = point.about
    initial: dict[str, Any] = {
        "decision": point.decision,
        "reason": point.reason,
        "seen": mark_of(point),
    }
    if about is not None:
        initial["version"] = about.version
        if about is not point.condition:
            initial |= {"owner": about.owner_id, "due": about.due}
    if point.answer and point.answer.state == Answer.State.RISK_ACCEPTED:
        answer = point.answer
        initial |= {"approver": answer.approver_id, "until": answer.accepted_until}
        initial["reason"] = point.reason or answer.reason
    return {name: str(initial.get(name) or "") for name in FIELDS}


def both_versions(form: DecisionForm, point: AgendaPoint) -> dict[str, Any]:
    """What is saved now beside what was sent."""
    sent = form.cleaned_data
    chosen = AgendaPoint.Decision(sent["decision"]).label
    decided = [
        ("Decision", point.get_decision_display(), chosen),
        ("Reason", point.reason, sent["reason"]),
    ]
    if point.answer is None:
        terms = [
            (LABELS[name], point.terms.get(name, ""), str(sent[name] or ""))
            for name in ("owner", "due")
        ]
        rows = [*decided, *(row for row in terms if row[1] or row[2])]
        return {"by": point.decided_by_name, "at": point.decided_at, "rows": rows}
    answer = Answer.objects.select_related("owner", "approver", "changed_by").get(
        pk=point.answer.pk
    )
    beside = of_form(form, answer)
    beside["rows"] = [*decided, *(row for row in beside["rows"] if row[0] != "Reason")]
    if point.decided_at and (beside["at"] is None or point.decided_at > beside["at"]):
        beside |= {"by": point.decided_by_name, "at": point.decided_at}
    return beside
