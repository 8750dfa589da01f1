"""Taking a change back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from audits import access
from audits.http import Request, came_from
from audits.models.undo import undo
from audits.views import changed


@require_POST
def event_undo(request: Request, pk, number) -> HttpResponse:
    """With htmx the answer is the toast that follows the one whose button was pressed."""
    audit = access.audit_for_edit(request.user, pk)
    audit.refuse_if_sealed()
    event = get_object_or_404(audit.events.select_related("answer"), number=number)
    undone = undo(event, by=request.user)
    for answer in undone.kept:
        answer.audit = audit
    said = _said(undone)
    kind = "warning" if undone.kept else "pass"
    if not request.htmx:
        (messages.warning if undone.kept else messages.success)(request, said)
        return redirect(came_from(request))
    audit = access.audit_for_view(request.user, audit.pk)
    rows = changed.rows_html(request, audit, [*undone.answers, *undone.kept])
    toast = render_to_string("partials/toast.html", {"text": said, "kind": kind}, request)
    return HttpResponse(toast + rows)


def _said(undone) -> str:
    said = "Taken back."
    if undone.answers:
        said = f"Taken back: {changed.how_many(len(undone.answers), 'as before')}"
    if undone.kept:
        names = ", ".join(answer.label for answer in undone.kept[: changed.NAMED])
        said += f" Changed again since, and left as they are: {names}."
    return said
