from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from audits import access
from audits.forms.audits import SealForm
from audits.forms.correct import correct
from audits.http import Request, posted, require_form
from audits.models import Answer, Audit, Condition, Heartbeat, SignOff
from audits.models.errors import Outdated, Refused
from audits.models.pieces import stale_pieces
from audits.models.progress import Progress, by_section
from audits.models.snapshots import state_seen
from audits.tasks import ring_for_report


@require_form
def seal(request: Request, pk) -> HttpResponse:
    """What still blocks, what is signed, the decision, the typed confirmation."""
    audit = access.audit_for_approval(request.user, pk)
    audit.refuse_if_sealed()
    form = SealForm(posted(request), audit=audit, initial={"seen": state_seen(audit)})
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                _seal(audit, form, request)
            except (Refused, Outdated) as error:
                status = _explain(form, error, audit)
            else:
                return redirect("sign-off-list", audit.pk)
    return render(request, "sign_offs/seal.html", _context(request, audit, form), status=status)


@require_safe
def sign_off_list(request: Request, pk) -> HttpResponse:
    """Every revision that was sealed, and its report; the newest first."""
    audit = access.audit_for_view(request.user, pk)
    sign_offs = SignOff.objects.filter(snapshot__audit=audit).select_related(
        "by", "snapshot__report"
    )
    return render(
        request,
        "sign_offs/sign_off_list.html",
        {
            "audit": audit,
            "project": audit.project,
            "membership": access.membership(request.user, audit.project.team),
            "sign_offs": sign_offs,
            "no_worker": _missing_worker(sign_offs),
        },
    )


def _missing_worker(sign_offs) -> str:
    """Why a report that is still wanted does not come; empty when all is well."""
    reports = [sign_off.snapshot.report for sign_off in sign_offs]
    if all(report.is_finished for report in reports):
        return ""
    return Heartbeat.complaint(Heartbeat.Part.WORKER)


def _seal(audit: Audit, form: SealForm, request: Request) -> None:
    sign_off = SignOff.objects.seal(audit, by=request.user, **form.cleaned_data)
    ring_for_report(sign_off.snapshot.report)


def _explain(form: SealForm, error: Refused | Outdated, audit: Audit) -> int:
    """The error beside its field; the form then names the state that is shown now."""
    form.add_error(getattr(error, "field", None), str(error))
    audit.refresh_from_db()
    correct(form, seen=state_seen(audit))
    return error.status


def _context(request: Request, audit: Audit, form: SealForm) -> dict:
    answers = audit.answers.select_related("item", "owner", "approver").order_by("position")
    blocking, conflicting = list(answers.blocking()), list(answers.conflicting())
    unmet = list(audit.conditions.unmet(Condition.Kind.EXIT))
    return {
        "audit": audit,
        "project": audit.project,
        "membership": access.membership(request.user, audit.project.team),
        "form": form,
        "editions": audit.editions.select_related("checklist").order_by("pins__position"),
        "progress": sum(by_section(audit).values(), Progress()),
        "blocking": blocking,
        "conflicting": conflicting,
        "unmet": unmet,
        "blocked": len(blocking) + len(conflicting) + len(unmet),
        "accepted": answers.filter(state=Answer.State.RISK_ACCEPTED, retired_at=None),
        "stale": stale_pieces(audit),
    }
