from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from audits import access
from audits.http import Request
from audits.models import Heartbeat, Report
from audits.models.errors import RuleBroken
from audits.reports.html import render_html
from audits.tasks import ring_for_report


@require_POST
def report_request(request: Request, pk) -> HttpResponse:
    """The report of the audit as it stands now. Whoever sees an audit may have its report."""
    audit = access.audit_for_view(request.user, pk)
    report = Report.objects.request(audit, by=request.user)
    if not report.is_finished:
        ring_for_report(report)
    return redirect(report)


@require_safe
@vary_on_headers("HX-Request")
def report_detail(request: Request, pk) -> HttpResponse:
    """Where the report stands: waiting, its progress, its cause of failure, or the PDF."""
    report = access.report_for_view(request.user, pk)
    audit = report.snapshot.audit
    context = {
        "report": report,
        "snapshot": report.snapshot,
        "audit": audit,
        "project": audit.project,
        "membership": access.membership(request.user, audit.project.team),
        "sign_offs": report.snapshot.sign_offs.standing() if report.shows_a_decision else (),
        "no_worker": "" if report.is_finished else Heartbeat.complaint(Heartbeat.Part.WORKER),
    }
    template = "reports/report_detail.html"
    return render(request, f"{template}#job" if request.htmx else template, context)


@require_POST
def report_retry(request: Request, pk) -> HttpResponse:
    report = access.report_for_view(request.user, pk)
    if report.state == Report.State.FAILED:
        report.queue_again()
        ring_for_report(report)
    return redirect(report)


@require_safe
def report_download(request: Request, pk) -> FileResponse | HttpResponse:
    """The PDF; of a sealed revision the very bytes that were signed."""
    report = access.report_for_view(request.user, pk)
    if report.state != Report.State.DONE:
        raise RuleBroken("This report is not rendered yet; its page says how far it is.")
    if report.seal_id:
        return _as_download(HttpResponse(bytes(report.file.data)), report)
    try:
        file = report.path.open("rb")
    except OSError:
        report.queue_again()
        ring_for_report(report)
        messages.error(
            request,
            "The file is no longer in the store. It is being rendered again from its snapshot.",
        )
        return redirect(report)
    return _as_download(FileResponse(file), report)


def _as_download(response: HttpResponse | FileResponse, report: Report):
    snapshot = report.snapshot
    name = f"{slugify(snapshot.audit.title) or 'audit'}-revision-{snapshot.revision}"
    file = f"{name}{'' if report.shows_a_decision else '-draft'}.pdf"
    response["Content-Type"] = "application/pdf"
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def report_html(request: Request, pk) -> HttpResponse:
    """The PDF's twin for the browser, from the same snapshot."""
    report = access.report_for_view(request.user, pk)
    html = render_html(
        report.snapshot.content(),
        report.snapshot.digest,
        seal=report.seal.content() if report.seal else None,
        stylesheet_href=static("css/report.css"),
    )
    return HttpResponse(html)


@require_safe
def report_snapshot(request: Request, pk) -> HttpResponse:
    """The canonical JSON, byte for byte: whoever hashes it gets the digest."""
    snapshot = access.report_for_view(request.user, pk).snapshot
    response = HttpResponse(bytes(snapshot.data), content_type="application/json")
    name = f"snapshot-{snapshot.digest[:12]}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
