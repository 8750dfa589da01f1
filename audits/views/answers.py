from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from audits import access
from audits.forms.answers import PlanForm, SeverityForm, StateForm, VersionedForm
from audits.forms.correct import correct, explain
from audits.http import Request
from audits.models import Answer, Event
from audits.models.errors import NotAllowed, Outdated, Refused, RuleBroken
from audits.models.undo import can_undo
from audits.views.audit_page import answer_row, audit_page
from audits.views.undo import offer, remember_offer
from audits.views.versions import of_form


@require_safe
@vary_on_headers("HX-Request")
def answer_detail(request: Request, audit_pk, pk) -> HttpResponse:
    """The audit with this answer unfolded; for htmx its row alone, folded by `?panel=closed`."""
    answer = access.answer_for_view(request.user, audit_pk, pk)
    if request.htmx:
        unfolded = request.GET.get("panel") != "closed"
        response = answer_row(request, answer, unfolded=unfolded, changed=answer)
        title = f"{answer.item.title} · {answer.audit.title}" if unfolded else answer.audit.title
        response.write(format_html("<title>{} · Countersign</title>", title))
        return response
    return audit_page(request, answer.audit, opened=answer)


@require_POST
def answer_state(request: Request, audit_pk, pk) -> HttpResponse:
    answer = answer_for_change(request, audit_pk, pk)
    form = StateForm(request.POST, team=answer.audit.project.team)
    if form.is_valid():
        given = form.cleaned_data
        try:
            changed = answer.record(
                given["state"],
                by=request.user,
                reason=given["reason"],
                approver=given["approver"],
                until=given["until"],
                seen_version=given["version"],
            )
        except (Refused, Outdated) as error:
            return refused(request, answer, form, error, "state_form")
        return saved(request, answer, changed)
    return invalid(request, answer, form, "state_form")


@require_POST
def answer_accept(request: Request, audit_pk, pk) -> HttpResponse:
    answer = answer_for_change(request, audit_pk, pk)
    form = VersionedForm(request.POST)
    if not form.is_valid():
        raise Refused(str(form.non_field_errors()[0]))
    seen = form.cleaned_data["version"]
    try:
        changed = answer.confirm_acceptance(by=request.user, seen_version=seen)
    except (Refused, Outdated) as error:
        return said_and_shown(request, answer, error)
    return saved(request, answer, changed)


def said_and_shown(request: Request, answer: Answer, error: Refused | Outdated) -> HttpResponse:
    """The refusal as a toast, and the row as it is now, for a form without fields of its own."""
    if not request.htmx:
        messages.error(request, str(error))
    response = again(request, answer, error.status)
    if request.htmx:
        response.write(render_to_string("partials/refused.html", {"error": error}))
    return response


@require_POST
def answer_plan(request: Request, audit_pk, pk) -> HttpResponse:
    answer = answer_for_change(request, audit_pk, pk)
    form = PlanForm(request.POST, team=answer.audit.project.team, owner=answer.owner)
    if form.is_valid():
        given = form.cleaned_data
        try:
            changed = answer.plan(
                by=request.user,
                owner=given["owner"],
                due=given["due"],
                seen_version=given["version"],
            )
        except (Refused, Outdated) as error:
            return refused(request, answer, form, error, "plan_form")
        return saved(request, answer, changed)
    return invalid(request, answer, form, "plan_form")


@require_POST
def answer_severity(request: Request, audit_pk, pk) -> HttpResponse:
    answer = answer_for_change(request, audit_pk, pk)
    form = SeverityForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            changed = answer.rate(
                given["severity"],
                given["severity_reason"],
                by=request.user,
                seen_version=given["version"],
            )
        except (NotAllowed, Refused, Outdated) as error:
            return refused(request, answer, form, error, "severity_form")
        return saved(request, answer, changed)
    return invalid(request, answer, form, "severity_form")


def answer_for_change(request: Request, audit_pk, pk) -> Answer:
    """Of a sealed audit none: whatever the form holds, it could not be saved."""
    answer = access.answer_for_edit(request.user, audit_pk, pk)
    answer.audit.refuse_if_sealed()
    return answer


def saved(request: Request, answer: Answer, changed: Answer | None = None) -> HttpResponse:
    """After a change: the row as it is now; without htmx, back to where the form was. `changed`
    is what a verb of the answer returned."""
    unfolded = request.POST.get("panel") == "open"
    event = changed.last_event if changed else _last_event(request, answer)
    if not request.htmx:
        remember_offer(request, event)
        url = answer.get_absolute_url() if unfolded else answer.audit.get_absolute_url()
        return redirect(f"{url}#row-{answer.pk}")
    response = answer_row(request, answer, unfolded=unfolded, changed=changed)
    response.write(offer(request, event, unfolded=unfolded))
    return response


def _last_event(request: Request, answer: Answer) -> Event | None:
    """What this person did last to the answer, if it can be taken back."""
    events = answer.events.filter(actor=request.user).select_related("answer", "audit")
    event = events.order_by("-number").first()
    return event if event and can_undo(event) else None


def invalid(request: Request, answer: Answer, form, name: str) -> HttpResponse:
    """The form once more with what was typed, and what is wrong with it."""
    if form.has_error("version"):
        _show_version(form, answer)
    return again(request, answer, 422, **{name: form})


def refused(request: Request, answer: Answer, form, error: RuleBroken, name: str) -> HttpResponse:
    """The form once more with what was typed, the row's present version, and the reason."""
    if isinstance(error, Outdated):
        _show_version(form, answer)
        form.versions = of_form(
            form, Answer.objects.select_related("changed_by").get(pk=answer.pk)
        )
    else:
        explain(form, error)
    return again(request, answer, error.status, **{name: form})


def _show_version(form, answer: Answer) -> None:
    """The version that the row has now, so that saving again works."""
    correct(form, version=Answer.objects.values_list("version", flat=True).get(pk=answer.pk))


def again(request: Request, answer: Answer, status: int, **bound) -> HttpResponse:
    """The unfolded row with bound forms and their errors; nothing was changed."""
    if request.htmx:
        return answer_row(request, answer, unfolded=True, status=status, **bound)
    return audit_page(request, answer.audit, opened=answer, status=status, **bound)
