"""The machine's word on an item: looked at again when a person asks, and attached as evidence."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from audits import access
from audits.forms.runs import AttachRunForm, LookForm
from audits.http import Request
from audits.models import Answer, Evidence, ProbeRun
from audits.models.errors import Refused
from audits.tasks import ring_for_run
from audits.views import outdated
from audits.views.answers import answer_for_change, said_and_shown, saved
from audits.views.audit_page import audit_page, verdict_html
from audits.views.panel import machine_html
from audits.views.panel_machine import lines_of

GONE = "This run is not kept any more: run the probe again and attach what it says then."
NONE_TO_RUN = (
    "None of this item’s probes can be run from here: what costs money or intrudes is run on its "
    "own page, once somebody agreed to it."
)


@require_safe
@vary_on_headers("HX-Request")
def answer_machine(request: Request, audit_pk, pk) -> HttpResponse:
    """For htmx that part of the panel; once nothing runs any more, also what the verdicts changed
    elsewhere on the page."""
    answer = access.answer_for_view(request.user, audit_pk, pk)
    if not request.htmx:
        return audit_page(request, answer.audit, opened=answer)
    asked = LookForm(request.GET)
    given = asked.cleaned_data if asked.is_valid() else {}
    html, running = machine_html(request, answer, nth=(given.get("nth") or 0) + 1)
    response = HttpResponse(html)
    if not running:
        response.write(verdict_html(request, answer))
        if (proposed := given.get("proposed")) and not answer.audit.is_proposed:
            _tell(request, answer, proposed, response)
    return response


def _tell(request: Request, answer: Answer, proposed, response: HttpResponse) -> None:
    """A worker, not this request, outdated what the page shows as proposed."""
    for row in outdated.of([proposed]):
        if row.audit_id == answer.audit_id:
            response.write(outdated.out_of_band(request, row, "what the machine says now"))


@require_POST
def answer_run(request: Request, audit_pk, pk) -> HttpResponse:
    """Run what may be run for nothing of the item's probes, where they decide; the same runs for
    all who ask while they are under way."""
    answer = answer_for_change(request, audit_pk, pk)
    answer.refuse_if_retired()
    lines = lines_of(answer)
    watches = {line.watch.pk: line.watch for line in lines if line.watch and line.may_run}
    if not watches:
        raise Refused(NONE_TO_RUN)
    for watch in watches.values():
        run = ProbeRun.objects.ask(watch, by=request.user)
        if run.state == ProbeRun.State.QUEUED:
            ring_for_run(run)
    if not request.htmx:
        return redirect(_place(answer))
    return HttpResponse(machine_html(request, answer)[0])


@require_POST
def answer_attach(request: Request, audit_pk, pk) -> HttpResponse:
    """A run that the panel shows becomes evidence of the answer."""
    answer = answer_for_change(request, audit_pk, pk)
    form = AttachRunForm(request.POST)
    if not form.is_valid():
        return said_and_shown(request, answer, Refused(str(form.errors["run"][0]), "run"))
    runs = ProbeRun.objects.visible_to(request.user).select_related("watch__environment")
    run = runs.filter(pk=form.cleaned_data["run"]).first()
    try:
        if run is None:
            raise Refused(GONE, "run")
        Evidence.objects.attach_run(answer, run, by=request.user)
    except Refused as error:
        return said_and_shown(request, answer, error)
    return saved(request, answer)


def _place(answer: Answer) -> str:
    return f"{answer.get_absolute_url()}#machine-{answer.pk}"
