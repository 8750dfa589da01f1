"""What a conditional go asked, after the launch: what is met, what is left, what is late."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audits import access
from audits.forms.correct import correct, explain
from audits.forms.go_conditions import LABELS, MET, OPEN, GoConditionForm
from audits.http import Request
from audits.models import Audit, GoCondition
from audits.models.errors import Outdated, Refused
from audits.views.followed import followed


@require_safe
def go_condition_list(request: Request, pk) -> HttpResponse:
    return _page(request, access.audit_for_view(request.user, pk))


@require_POST
def go_condition_settle(request: Request, pk, go_condition_pk) -> HttpResponse:
    """The one thing that a sealed audit still takes: what became of its conditions."""
    audit = access.audit_for_edit(request.user, pk)
    conditions = GoCondition.objects.filter(round__audit=audit).select_related("met_by", "round")
    condition = get_object_or_404(conditions, pk=go_condition_pk)
    form = GoConditionForm(request.POST, auto_id=f"condition-{condition.pk}-%s")
    status = 422
    if form.is_valid():
        said = form.cleaned_data
        try:
            condition.settle(
                said["state"] == MET,
                said["note"],
                by=request.user,
                seen_version=said["version"],
            )
        except Refused as error:
            status = error.status
            explain(form, error)
        except Outdated as error:
            status = error.status
            correct(form, version=condition.version)
            form.versions = _versions(condition, said)
        else:
            address = reverse("go-condition-list", args=[audit.pk])
            return redirect(f"{address}#condition-{condition.pk}")
    return _page(request, audit, sent=(condition.pk, form), status=status)


def _versions(condition: GoCondition, sent: dict) -> dict:
    return {
        "by": str(condition.met_by or "Somebody"),
        "at": condition.met_at,
        "rows": [
            ("State", LABELS[_state(condition)], LABELS[sent["state"]]),
            ("What was done", condition.note, sent["note"]),
        ],
    }


def _page(request: Request, audit: Audit, *, sent=None, status: int = 200) -> HttpResponse:
    in_force = GoCondition.objects.in_force().filter(round__audit=audit)
    conditions = list(in_force.select_related("owner", "met_by", "round"))
    forms = {each.pk: _form(each) for each in conditions}
    if sent is not None:
        pk, form = sent
        forms[pk] = form
    context = {
        "audit": audit,
        "project": audit.project,
        "rows": [(each, forms[each.pk]) for each in conditions],
        "revision": conditions[0].round.revision if conditions else None,
        "left": sum(1 for each in conditions if each.met_at is None),
        "labels": LABELS,
        "may_edit": access.viewer(request.user, audit).may_edit,
        **followed(audit, page=reverse("go-condition-list", args=[audit.pk])),
    }
    return render(request, "go_conditions/go_condition_list.html", context, status=status)


def _form(condition: GoCondition) -> GoConditionForm:
    return GoConditionForm(
        initial={
            "state": _state(condition),
            "note": condition.note,
            "version": condition.version,
        },
        auto_id=f"condition-{condition.pk}-%s",
    )


def _state(condition: GoCondition) -> str:
    return OPEN if condition.met_at is None else MET
