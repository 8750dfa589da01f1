"""For anybody who holds a report: is it what was sealed here? Needs no account."""

import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import Any

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_safe

from audits.forms.verify import VerifyForm
from audits.http import Request, posted, require_form
from audits.models import SignOff, signing, verifying
from audits.models.errors import Refused
from audits.models.signing import SigningUnavailable
from audits.models.verifying import Finding
from audits.reports.text import visible
from audits.views.uploads import Held

logger = logging.getLogger(__name__)

TEMPLATE = "verify/verify.html"
# Files that are read at the same time in one process; each takes a processor for a second.
reading = threading.BoundedSemaphore(2)
# Those and the ones that wait for them: a stranger's never take all the threads of the pages.
taken = threading.BoundedSemaphore(4)


@login_not_required
@csrf_exempt  # for as long as it takes to say where the upload goes; _answer asks for the token
@never_cache
@require_form
def verify(request: Request) -> HttpResponse:
    held = Held(request)
    request.upload_handlers = [held]
    return csrf_protect(_answer)(request, held)


def _answer(request: Request, held: Held) -> HttpResponse:
    form = VerifyForm(posted(request), request.FILES if request.method == "POST" else None)
    if not form.is_bound:
        return _page(request, form)
    if slow_down := ratelimit.consume_or_429(request, action="verify"):
        return slow_down
    if held.too_large:
        form.add_error("report", f"A report has at most {held.MAX_BYTES // 1024**2} MB.")
    if not form.is_valid():
        return _page(request, form, status=422)
    told = form.cleaned_data
    if not told["report"]:
        return _found(request, form, lambda: verifying.of_digest(told["digest"]))
    if not taken.acquire(blocking=False):
        form.add_error("report", "Many reports are being read just now. Try again in a minute.")
        return _page(request, form, status=503)
    try:
        with reading:
            return _found(request, form, lambda: verifying.of_file(told["report"].read()))
    except SigningUnavailable:
        logger.exception("A report could not be verified")
        form.add_error("report", "Files cannot be verified here until the operator has mended it.")
        return _page(request, form, status=503)
    finally:
        taken.release()


@login_not_required
@never_cache
@require_safe
def verify_digest(request: Request, digest: str) -> HttpResponse:
    """Where the code on a report's cover leads."""
    if slow_down := ratelimit.consume_or_429(request, action="verify", limit_get=True):
        return slow_down
    form = VerifyForm({"digest": digest})
    form.full_clean()
    return _found(request, form, lambda: verifying.of_digest(digest))


@login_not_required
@require_safe
def certificate(request: Request) -> HttpResponse:
    """What a sealed report is checked against: the certificates of now and of before, as PEM."""
    pem = b"".join(each.rstrip() + b"\n" for each in signing.trusted_certificates())
    response = HttpResponse(pem, content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="countersign.pem"'
    return response


def _found(request: Request, form: VerifyForm, look: Callable[[], Finding]) -> HttpResponse:
    try:
        return _page(request, form, look())
    except Refused as error:
        form.add_error(error.field, str(error))
        return _page(request, form, status=error.status)


def _page(
    request: Request, form: VerifyForm, finding: Finding | None = None, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "finding": finding}
    if finding and finding.seal:
        context |= _readable(finding.seal)
    return render(request, TEMPLATE, context, status=status)


def _readable(seal: dict[str, Any]) -> dict[str, Any]:
    """The record of a decision with dates and labels, without what the report does not show."""
    label = dict(SignOff.Decision.choices)
    return {
        "seal": seal,
        "decision": label[seal["decision"]],
        "sealed_at": dt.datetime.fromisoformat(seal["sealed_at"]),
        "valid_until": seal["valid_until"] and dt.date.fromisoformat(seal["valid_until"]),
        "signed": [
            each
            | {
                "at": dt.datetime.fromisoformat(each["at"]),
                "decision": label[each["decision"]].lower(),
                "statement": visible(each["statement"]),
            }
            for each in seal["sign_offs"]
        ],
    }
