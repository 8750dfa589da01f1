import re

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from audits import access
from audits.forms.audits import AuditForm, RenameForm, ReopenForm
from audits.http import Request, posted, require_form
from audits.models import Audit
from audits.models.errors import AuditOpen, Refused
from audits.models.history import describe
from audits.models.undo import undoable
from audits.views.audit_page import audit_page

HISTORY_PAGE = 100
BEFORE = re.compile("[0-9]{1,9}")


@require_form
def audit_new(request: Request) -> HttpResponse:
    """Start an audit; `project` and `edition` in the query string are chosen beforehand."""
    projects = access.projects_for_edit(request.user)
    form = AuditForm(
        posted(request),
        projects=projects,
        editions=access.editions(request.user),
        initial={
            "project": request.GET.get("project"),
            "editions": request.GET.getlist("edition"),
        },
    )
    if form.is_valid():
        chosen = form.cleaned_data
        try:
            audit = Audit.objects.start(
                chosen["project"], chosen["title"], chosen["editions"], by=request.user
            )
        except Refused as error:
            form.add_error(error.field, str(error))
        else:
            return redirect(audit)
    return render(
        request,
        "audits/audit_new.html",
        {
            "form": form,
            "projects": projects,
            "chosen": {str(pk) for pk in form["editions"].value() or []},
            "teams": list(access.teams_for_edit(request.user)),
        },
        status=422 if form.is_bound else 200,
    )


@require_safe
def audit_detail(request: Request, pk) -> HttpResponse:
    return audit_page(request, access.audit_for_view(request.user, pk))


@require_form
def audit_rename(request: Request, pk) -> HttpResponse:
    audit = access.audit_for_edit(request.user, pk)
    audit.refuse_if_sealed()
    form = RenameForm(posted(request), initial={"title": audit.title})
    if form.is_valid():
        audit.rename(form.cleaned_data["title"], by=request.user)
        return redirect(audit)
    return render(
        request,
        "audits/audit_rename.html",
        {"form": form, "audit": audit, "project": audit.project},
        status=422 if form.is_bound else 200,
    )


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
    """The latest events first; `before` pages backwards by number."""
    audit = access.audit_for_view(request.user, pk)
    events = audit.events.select_related("answer").order_by("-number")
    before = BEFORE.fullmatch(request.GET.get("before", ""))
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
            "next_before": page[-1].number if more else None,
        },
    )
