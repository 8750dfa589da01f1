"""What people do with a probe on an environment: run it, say when it runs, agree to it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from audits import access
from audits.forms.watches import LOG_BYTES, LogForm, MuteForm, ScheduleForm
from audits.http import Request, require_form, toast
from audits.models import Alerting, ProbeRun
from audits.models.errors import Refused
from audits.models.tooling import look_at_sample
from audits.views.environment_page import ask, environment_page
from audits.views.uploads import Held
from audits.views.watch_page import watch_page


@require_safe
@vary_on_headers("HX-Request")
def watch_detail(request: Request, pk) -> HttpResponse:
    return watch_page(request, access.watch_for_view(request.user, pk))


@require_POST
def watch_run(request: Request, pk) -> HttpResponse:
    """Run it now; the same run for all who ask while it is under way."""
    watch = access.watch_for_edit(request.user, pk)
    try:
        ask(watch, request)
    except Refused as refusal:
        if request.htmx:
            return toast(request, str(refusal), 422)
        messages.error(request, str(refusal))
        return redirect(watch)
    if not request.htmx:
        return redirect(watch)
    if request.GET.get("from") == "environment":
        return environment_page(request, watch.environment)
    return watch_page(request, watch)


@require_POST
def watch_schedule(request: Request, pk) -> HttpResponse:
    watch = access.watch_for_edit(request.user, pk)
    form = ScheduleForm(request.POST, watch=watch)
    if form.is_valid():
        try:
            watch.change(by=request.user, **form.cleaned_data)
            messages.success(request, "The schedule is saved.")
            return redirect(watch)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
    return watch_page(request, watch, status=422, schedule_form=form)


@require_POST
def watch_pay(request: Request, pk) -> HttpResponse:
    """Agree to what its runs cost; without a yes, no longer."""
    watch = access.watch_for_edit(request.user, pk)
    yes = request.POST.get("yes") == "yes"
    watch.agree_to_pay(yes, by=request.user)
    said = "You agreed to pay for" if yes else "Nothing is paid any more for"
    messages.success(request, f"{said} {watch.definition.title} on {watch.environment}.")
    return redirect(watch)


@require_form
def watch_production(request: Request, pk) -> HttpResponse:
    """The second yes, on a page of its own that names the environment; or no longer."""
    watch = access.watch_for_edit(request.user, pk)
    if not (watch.environment.is_production and watch.definition.intrusive):
        raise Http404
    title = watch.definition.title
    if request.method == "POST" and request.POST.get("yes") == "no":
        watch.agree_to_production(False, by=request.user)
        messages.success(request, f"{title} is run on {watch.environment} no longer.")
        return redirect(watch)
    typed = request.POST.get("name", "").strip()
    if request.method == "POST" and typed == watch.environment.name:
        watch.agree_to_production(True, by=request.user)
        messages.success(request, f"You agreed: {title} may run on {watch.environment}.")
        return redirect(watch)
    context = {
        "watch": watch,
        "probe": watch.definition,
        "environment": watch.environment,
        "typed": typed,
        "error": request.method == "POST" and f"Write {watch.environment.name}, as it stands.",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "watches/production_confirm.html", context, status=status)


@require_POST
def watch_mute(request: Request, pk) -> HttpResponse:
    watch = access.watch_for_edit(request.user, pk)
    form = MuteForm(request.POST, auto_id="mute-%s")
    if form.is_valid():
        try:
            Alerting.objects.mute(watch, by=request.user, **form.cleaned_data)
            messages.success(request, "It is mute. What still fails at the end is told then.")
            return redirect(watch)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
    return watch_page(request, watch, status=422, mute_form=form)


@require_POST
def watch_unmute(request: Request, pk) -> HttpResponse:
    watch = access.watch_for_edit(request.user, pk)
    if alerting := Alerting.objects.filter(watch=watch).first():
        alerting.unmute(by=request.user)
    messages.success(request, "It tells alerts again.")
    return redirect(watch)


@csrf_exempt  # for as long as it takes to say that nothing of it is written to a disk
@require_POST
def watch_log(request: Request, pk) -> HttpResponse:
    """A sample of the request log, looked at here in memory and kept nowhere."""
    held = Held(request)
    request.upload_handlers = [held]
    return csrf_protect(_take_log)(request, pk, held)


def _take_log(request: Request, pk, held: Held) -> HttpResponse:
    watch = access.watch_for_edit(request.user, pk)
    if watch.probe != "log-sample":
        # Any other would see nothing here, and that would stand in place of what it saw.
        raise Http404
    form = LogForm(request.POST, request.FILES)
    if held.too_large:
        form.add_error("sample", f"A sample has at most {LOG_BYTES // 1024**2} MB.")
    if not form.is_valid():
        return watch_page(request, watch, status=422, log_form=form)
    finding = look_at_sample(watch, form.cleaned_data["sample"].read())
    ProbeRun.objects.record(watch, finding, by=request.user)
    messages.success(request, "The sample was looked at, and is let go.")
    return redirect(watch)
