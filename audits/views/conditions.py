"""What must hold before an audit begins, and before it is sealed as a go."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audits import access
from audits.forms.conditions import LABELS, ConditionForm
from audits.forms.correct import correct, explain
from audits.http import Request
from audits.models import Audit, Condition
from audits.models.errors import Outdated, Refused
from audits.views.followed import followed

HEADINGS = {
    Condition.Kind.ENTRY: (
        "Entry conditions",
        "What must hold before the audit begins to mean something.",
    ),
    Condition.Kind.EXIT: (
        "Exit criteria",
        "A go waits until each is met, or waived by an approver.",
    ),
}


@require_safe
def condition_list(request: Request, pk) -> HttpResponse:
    return _page(request, access.audit_for_view(request.user, pk))


@require_POST
def condition_settle(request: Request, pk, condition_pk) -> HttpResponse:
    audit = access.audit_for_edit(request.user, pk)
    audit.refuse_if_sealed()
    condition = get_object_or_404(audit.conditions.select_related("changed_by"), pk=condition_pk)
    form = ConditionForm(request.POST, auto_id=f"condition-{condition.pk}-%s")
    status = 422
    if form.is_valid():
        said = form.cleaned_data
        try:
            condition.settle(
                said["state"], said["note"], by=request.user, seen_version=said["version"]
            )
        except (Refused, Outdated) as error:
            status = error.status
            if isinstance(error, Refused):
                explain(form, error)
            else:
                correct(form, version=condition.version)
                form.versions = _versions(condition, form)
        else:
            return redirect(
                f"{reverse('condition-list', args=[audit.pk])}#condition-{condition.pk}"
            )
    return _page(request, audit, sent=(condition.pk, form), status=status)


def _versions(condition: Condition, form: ConditionForm) -> dict:
    sent = form.cleaned_data
    return {
        "by": str(condition.changed_by or "Countersign"),
        "at": condition.changed_at,
        "rows": [
            ("State", LABELS[condition.state], LABELS[sent["state"]]),
            ("Note", condition.note, sent["note"]),
        ],
    }


def _page(request: Request, audit: Audit, *, sent=None, status: int = 200) -> HttpResponse:
    membership = access.membership(request.user, audit.project.team)
    conditions = list(audit.conditions.select_related("changed_by", "edition"))
    forms = {condition.pk: _form(condition) for condition in conditions}
    if sent is not None:
        pk, form = sent
        forms[pk] = form
    groups = [
        (heading, lead, [(each, forms[each.pk]) for each in conditions if each.kind == kind])
        for kind, (heading, lead) in HEADINGS.items()
    ]
    context = {
        "audit": audit,
        "project": audit.project,
        "groups": groups,
        "labels": LABELS,
        "several": len({condition.edition_id for condition in conditions}) > 1,
        "may_edit": membership.may_edit and not audit.is_sealed,
        "may_waive": membership.may_approve,
        **followed(audit, page=reverse("condition-list", args=[audit.pk])),
    }
    return render(request, "conditions/condition_list.html", context, status=status)


def _form(condition: Condition) -> ConditionForm:
    initial = {
        "state": condition.state,
        "note": condition.note,
        "version": condition.version,
    }
    return ConditionForm(initial=initial, auto_id=f"condition-{condition.pk}-%s")
