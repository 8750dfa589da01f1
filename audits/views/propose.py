"""Proposing an audit for sign-off: what stands in the way, and what is asked for."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from audits import access
from audits.forms.correct import correct, explain
from audits.forms.sign_offs import ADD, ProposeForm
from audits.http import Request, posted, require_form
from audits.models import Answer, Audit, Release, Round, policies
from audits.models import obstacles as standing
from audits.models.authors import main_author
from audits.models.errors import Outdated, Refused
from audits.models.lifecycle import Decision
from audits.models.obstacles import Obstacle
from audits.models.pieces import stale_pieces
from audits.models.progress import Progress, by_section
from audits.models.quorum import Rules
from audits.models.snapshots import state_seen
from audits.models.told_audit import told_audit
from audits.reports.changes import between
from audits.views import differences
from audits.views.condition_rows import rows_again, rows_of
from audits.views.followed import followed
from audits.views.obstacle_groups import groups
from audits.views.seats import seats
from checklist.models import Item


@require_form
def sign_off_new(request: Request, pk) -> HttpResponse:
    audit = access.audit_for_edit(request.user, pk)
    audit.refuse_if_sealed()
    if audit.proposal and not posted(request):
        return redirect(audit.proposal)
    rules, found = policies.in_force(audit), standing.of(audit)
    form = _form(request, audit, rules)
    rows = rows_of(request, audit, found, "decision")
    if not form.is_bound:
        return _page(request, audit, rules, found, form, rows)
    status = 422
    if form.is_valid() and (not rows.is_bound or rows.is_valid()):
        try:
            return redirect(_propose(request, audit, form, rows))
        except (Refused, Outdated) as error:
            status = error.status
            explain(form, error)
    if status == 409:
        audit = access.audit_for_edit(request.user, pk)
        correct(form, seen=state_seen(audit))
        found = standing.of(audit)
        rows = rows_again(rows, audit, found)
    return _page(request, audit, rules, found, form, rows, status)


def _form(request: Request, audit: Audit, rules: Rules) -> ProposeForm:
    """As it is shown, as it is sent, or as it was typed when one row more was asked for."""
    if ADD in request.POST:
        return ProposeForm(initial=request.POST.dict(), rules=rules)
    latest = Release.objects.latest_of(audit.project)
    initial = {
        "decision": Decision.GO,
        "release": latest.name if latest else "",
        "seen": state_seen(audit),
    }
    return ProposeForm(posted(request), rules=rules, initial=initial)


def _propose(request: Request, audit: Audit, form: ProposeForm, rows) -> Round:
    told = form.cleaned_data
    return Round.objects.propose(
        audit,
        by=request.user,
        seen=told["seen"],
        decision=told["decision"],
        statement=told["statement"],
        release=told["release"],
        conditions=rows.asked() if rows.is_bound else (),
    )


def _page(
    request: Request,
    audit: Audit,
    rules: Rules,
    found: Sequence[Obstacle],
    form: ProposeForm,
    rows,
    status: int = 200,
) -> HttpResponse:
    team, author = audit.project.team, main_author(audit)
    accepted = audit.answers.filter(state=Answer.State.RISK_ACCEPTED, retired_at=None)
    context = {
        "audit": audit,
        "project": audit.project,
        "form": form,
        "rows": rows,
        "rules": rules,
        "seats": seats(rules, (), policies.approvers(team), author),
        "impossible": policies.why_impossible(rules, team, author),
        "progress": sum(by_section(audit).values(), Progress()),
        "obstacles": found,
        "groups": groups(audit, found),
        "accepted": accepted.select_related("item", "approver").order_by("position"),
        "stale": [
            row for row in stale_pieces(audit) if row.answer.severity != Item.Severity.BLOCKER
        ],
        "since": _since(request, audit),
        **followed(audit),
    }
    return render(request, "sign_offs/propose.html", context, status=status)


def _since(request: Request, audit: Audit) -> dict[str, Any] | None:
    """What changed since the revision that was decided last."""
    last = audit.snapshots.filter(sealed=True).order_by("-revision").defer("data").first()
    if last is None:
        return None
    changes = between(last.content(), told_audit(audit, by=request.user, at=timezone.now()))
    name = f"revision {last.revision}"
    return differences.summary(changes, audit, name, before=str(last.pk), after="now")
