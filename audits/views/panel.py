"""What an unfolded row shows: the answer's forms, its evidence, comments and history."""

from django.template.loader import render_to_string

from audits import access
from audits.forms.answers import CommentForm, PlanForm, SeverityForm, StateForm
from audits.forms.evidence import FORMS as EVIDENCE_FORMS
from audits.http import Request
from audits.models import Answer, Membership, Team, pieces
from audits.models.history import describe
from audits.models.undo import undoable
from audits.views.panel_machine import machine_part
from audits.views.panel_ties import panel_part

EVENTS_SHOWN = 30


def panel_html(request: Request, answer: Answer, **bound) -> str:
    """The panel of an answer that was read `for_rows`, holding `bound` forms."""
    seen = _seen_by(request, answer)
    context = _context(answer, seen["membership"], **bound) | seen
    context |= machine_part(answer, seen["may_edit"])
    return render_to_string("audits/panel.html", context, request)


def machine_html(request: Request, answer: Answer, nth: int = 0) -> tuple[str, int]:
    """What the machine says, as the panel shows it, and how many probes are running still; `nth`
    counts how often the page asked."""
    seen = _seen_by(request, answer)
    context = seen | machine_part(answer, seen["may_edit"]) | {"nth": nth}
    html = render_to_string("audits/panel_machine.html", context, request)
    return html, context["running"]


def _seen_by(request: Request, answer: Answer) -> dict:
    membership = access.viewer(request.user, answer.audit)
    may_edit = membership.may_edit and not answer.audit.is_sealed and answer.retired_at is None
    return {
        "audit": answer.audit,
        "answer": answer,
        "membership": membership,
        "may_edit": may_edit,
    }


def _context(
    answer: Answer,
    membership: Membership,
    *,
    state_form=None,
    plan_form=None,
    severity_form=None,
    comment_form=None,
    evidence_form=None,
) -> dict:
    team = membership.team
    evidence = pieces.shown(answer)
    events = list(answer.events.order_by("-number")[: EVENTS_SHOWN + 1])
    for event in events:
        event.audit, event.answer = answer.audit, answer
    may_go = undoable(events)
    return {
        "state_form": state_form or StateForm(team=team, initial=_state_initial(answer)),
        "plan_form": plan_form
        or PlanForm(
            team=team,
            owner=answer.owner,
            initial={"owner": answer.owner_id, "due": answer.due, "version": answer.version},
        ),
        "severity_form": severity_form or SeverityForm(initial=_severity_initial(answer)),
        "comment_form": comment_form or CommentForm(),
        "evidence_forms": _evidence_forms(answer, team, len(evidence), evidence_form),
        "open_form": evidence_form.data["kind"] if evidence_form is not None else "",
        "evidence": evidence,
        "together": pieces.together(answer),
        **panel_part(answer),
        "actions": list(answer.actions.for_panel()),
        "comments": list(answer.comments.select_related("author")),
        "events": [
            (event, describe(event, named=False), event.pk in may_go)
            for event in events[:EVENTS_SHOWN]
        ],
        "events_more": len(events) > EVENTS_SHOWN,
    }


def _evidence_forms(answer: Answer, team: Team, number: int, sent) -> dict:
    """Kind -> form; the one that was sent, and refused, among the empty ones."""
    # With the number of pieces in its ids, a form that was sent comes back empty: a morph keeps
    # what was typed in a field of the same id.
    forms = {
        kind: form(initial={"kind": kind}, auto_id=f"id_{answer.pk}_{kind}_{number}_%s", team=team)
        for kind, form in EVIDENCE_FORMS.items()
    }
    if sent is not None:
        kind = sent.data["kind"]
        sent.auto_id = forms[kind].auto_id
        forms[kind] = sent
    return forms


def _state_initial(answer: Answer) -> dict:
    return {
        "state": answer.state,
        "reason": answer.reason,
        "approver": answer.approver_id,
        "until": answer.accepted_until,
        "version": answer.version,
    }


def _severity_initial(answer: Answer) -> dict:
    return {
        "severity": answer.severity,
        "severity_reason": answer.severity_reason,
        "version": answer.version,
    }
