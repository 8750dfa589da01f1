"""An audit as a file, and a new audit from one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from audits import access
from audits.exports.formats import FORMATS
from audits.forms.transfers import LoadForm
from audits.http import Request, posted, require_form
from audits.models import exports, loading
from audits.views.faults import beside_lines
from checklist.faults import FaultyFile


@require_safe
def audit_export(request: Request, pk, format: str) -> HttpResponse:
    """The audit as a file that loads back equal, but for confirmations."""
    audit = access.audit_for_view(request.user, pk)
    chosen = FORMATS.get(format)
    if chosen is None:
        raise Http404
    text = chosen.dump(exports.plain_of(audit))
    name = f"{slugify(audit.title) or 'audit'}{chosen.suffixes[0]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, f"{chosen.content_type}; charset=utf-8", headers=headers)


@require_form
def audit_load(request: Request) -> HttpResponse:
    """Takes a file or its text and says what it would become; loads what was looked at, which is
    what `load` names: the format, a space and the seal of the look."""
    form = LoadForm(
        posted(request),
        request.FILES or None,
        projects=access.projects_for_edit(request.user),
        initial={"project": request.GET.get("project")},
    )
    if not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    project, text, format = form.chosen(request.POST.get("load", ""))
    # Whatever came, as a file too, stands in the text from now on: to be mended, or to be loaded.
    again = LoadForm(projects=form.projects, initial={"project": project.pk, "text": text})
    try:
        look = loading.look(project, text, format, by=request.user)
    except FaultyFile as error:
        shown = beside_lines(text, error.faults)
        return _page(request, again, faults=error.faults, shown=shown, status=422)
    load = f"{format} {look.seal}"
    if request.POST.get("load") == load:
        audit = loading.load(project, look, by=request.user)
        messages.success(request, "The audit is loaded. Its history says from which file.")
        return redirect(audit)
    shown = beside_lines(text, look.left)
    return _page(request, again, look=look, project=project, load=load, shown=shown)


def _page(request: Request, form: LoadForm, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, "audits/audit_load.html", {"form": form, **context}, status=status)
