import re
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from audits import access
from audits.forms.audits import RenameForm, ReopenForm
from audits.forms.correct import correct
from audits.http import Request, posted, require_form
from audits.models import Audit
from audits.models.errors import AuditOpen, Outdated
from audits.models.history import describe
from audits.models.undo import undoable
from audits.views.audit_page import audit_page
from audits.views.followed import followed

HISTORY_PAGE = 100
NUMBER = re.compile("[0-9]{1,9}")


@require_safe
def audit_detail(request: Request, pk) -> HttpResponse:
    return audit_page(request, access.audit_for_view(request.user, pk))


@require_form
def audit_rename(request: Request, pk) -> HttpResponse:
    audit = access.audit_for_edit(request.user, pk)
    audit.refuse_if_sealed()
    form = RenameForm(posted(request), initial={"title": audit.title, "seen": audit.title})
    context = {"form": form, "audit": audit, "project": audit.project}
    status = 422 if form.is_bound else 200
    if form.is_valid():
        title, seen = form.cleaned_data["title"], form.cleaned_data["seen"]
        try:
            return redirect(audit.rename(title, by=request.user, seen=seen))
        except Outdated:
            audit.refresh_from_db()
            context["versions"] = _two_titles(audit, title)
            correct(form, seen=audit.title)
            status = 409
    return render(request, "audits/audit_rename.html", context, status=status)


def _two_titles(audit: Audit, mine: str) -> dict[str, Any]:
    event = audit.last_naming()
    return {"by": event.actor_name, "at": event.at, "rows": [("Title", audit.title, mine)]}


@require_form
def audit_reopen(request: Request, pk) -> HttpResponse:
    audit = access.audit_for_approval(request.user, pk)
    if not audit.is_sealed:
        raise AuditOpen
    form = ReopenForm(posted(request))
    if form.is_valid():
        audit.reopen(form.cleaned_data["reason"], by=request.user)
        return redirect(audit)
    return render(
        request,
        "audits/audit_reopen.html",
        {"form": form, "audit": audit, "project": audit.project},
        status=422 if form.is_bound else 200,
    )


@require_safe
def audit_history(request: Request, pk) -> HttpResponse:
    """The latest events first; `before` pages backwards by number, `item` (the key of an answer)
    leaves out what is of others."""
    audit = access.audit_for_view(request.user, pk)
    events = audit.events.select_related("answer").order_by("-number")
    before = NUMBER.fullmatch(request.GET.get("before", ""))
    item = NUMBER.fullmatch(request.GET.get("item", ""))
    answer = None
    if item:
        answer = get_object_or_404(audit.answers.select_related("item"), pk=int(item[0]))
        events = events.filter(answer=answer)
    if before:
        events = events.filter(number__lt=int(before[0]))
    page = list(events[: HISTORY_PAGE + 1])
    more = len(page) > HISTORY_PAGE
    page = page[:HISTORY_PAGE]
    for event in page:
        event.audit = audit
    may_go = undoable(page)
    return render(
        request,
        "audits/audit_history.html",
        {
            "audit": audit,
            "project": audit.project,
            "events": [(event, describe(event), event.pk in may_go) for event in page],
            "may_edit": access.viewer(request.user, audit).may_edit,
            "answer": answer,
            "next_before": page[-1].number if more else None,
            **followed(audit),
        },
    )
