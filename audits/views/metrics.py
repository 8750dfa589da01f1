"""For the operator's Prometheus: neither a session nor the database."""

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audits.probes import metrics_files

TEXT = "text/plain; charset=utf-8"


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The calls of this installation's probes, to whoever has METRICS_TOKEN as a bearer token."""
    if not settings.METRICS_TOKEN:
        return HttpResponse("Set METRICS_TOKEN to have metrics here.\n", TEXT, status=404)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    known = constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    if scheme.lower() != "bearer" or not known:
        refused = HttpResponse("Send METRICS_TOKEN as a bearer token.\n", TEXT, status=401)
        refused["WWW-Authenticate"] = 'Bearer realm="metrics"'
        # An answer and not a failure: whoever asks at will must not fill the log with it.
        refused._has_been_logged = True  # type: ignore[attr-defined]
        return refused
    text = metrics_files.expose(Path(settings.METRICS_DIR))
    return HttpResponse(text, "text/plain; version=0.0.4; charset=utf-8")
