"""Taking a change back, and the offer to do it."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from audits import access
from audits.http import Request, came_from
from audits.models import Answer, Event
from audits.models.history import describe
from audits.models.undo import Undone, undo
from audits.views import changed
from audits.views.audit_page import answer_row
from audits.views.macros import macros

# With more rows than this the page is loaded again.
FEW = 20


@require_POST
def event_undo(request: Request, pk, number) -> HttpResponse:
    """Take back what an event tells, with the others of its batch; the page then shows it."""
    audit = access.audit_for_edit(request.user, pk)
    event = get_object_or_404(audit.events.select_related("answer", "actor"), number=number)
    event.audit = audit
    undone = undo(event, by=request.user)
    if request.htmx and request.POST.get("row") and _is_seen_at_once(undone, event):
        return _row(request, event, undone.answers)
    if request.htmx and undone.answers and "shown" in request.POST:
        return _rows(request, undone)
    messages.success(request, _told(undone))
    if request.htmx:
        return HttpResponseClientRefresh()
    return redirect(came_from(request))


def _is_seen_at_once(undone: Undone, event: Event) -> bool:
    """Whether the row that is offered the undo shows it, with few others beside it."""
    if len(undone.answers) == 1:
        return True
    pks = [answer.pk for answer in undone.answers]
    return not undone.kept and event.answer_id in pks and len(pks) <= FEW


def _row(request: Request, event: Event, answers: Sequence[Answer]) -> HttpResponse:
    """That of the event's answer, or of the only one; the others come with it."""
    answer = next((each for each in answers if each.pk == event.answer_id), answers[0])
    unfolded = request.POST["row"] == "open"
    others = [each.pk for each in answers if each.pk != answer.pk]
    response = answer_row(request, answer, unfolded=unfolded, also=others)
    response["HX-Retarget"] = f"#row-{answer.pk}"
    response["HX-Reswap"] = "outerMorph"
    response.write(offer(request, answer.last_event, unfolded=unfolded))
    return response


def _rows(request: Request, undone: Undone) -> HttpResponse:
    """Those that the page shows, all out of band."""
    audit = undone.answers[0].audit
    html = changed.rows_html(request, audit, [*undone.answers, *undone.kept])
    event = undone.answers[0].last_event
    return HttpResponse(html + offer(request, event, unfolded=False, told=_told(undone)))


def _told(undone: Undone) -> str:
    if not undone.kept:
        return "Taken back."
    labels = ", ".join(answer.label for answer in undone.kept)
    stays = (
        "was changed again since and stays"
        if len(undone.kept) == 1
        else ("were changed again since and stay")
    )
    return f"Taken back, but for {labels}, which {stays}."


def offer(request: Request, event: Event | None, *, unfolded: bool, told: str = "") -> str:
    """For htmx: a toast that says what was done and offers to take it back; `told` in place of
    the event's own words."""
    if event is None:
        return ""
    words = describe(event)
    return macros("partials/undo.jinja").toast(
        url=reverse("event-undo", args=[event.audit_id, event.number]),
        text=told or f"{words[:1].upper()}{words[1:]}.",
        # What is told of many is not one row's.
        row="" if told else "open" if unfolded else "folded",
        token=get_token(request),
        sprite=static("icons/sprite.svg"),
    )


def remember_offer(request: Request, event: Event | None, told: str = "") -> None:
    """The same on the page that a form without htmx leads to; `told` in place of the event's
    own words."""
    if event is None:
        return
    words = describe(event)
    url = reverse("event-undo", args=[event.audit_id, event.number])
    told = told or f"{words[:1].upper()}{words[1:]}."
    messages.success(request, told, extra_tags=f"undo:{url}")
