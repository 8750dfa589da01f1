from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from bench.floor.models import Row

ANSWER = b"<p>Done.</p>".ljust(300)


def with_length(response: HttpResponse) -> HttpResponse:
    """So that a connection is kept alive without the middleware that would say it."""
    response["Content-Length"] = str(len(response.content))
    return response


def who(request: HttpRequest) -> bool:
    """Look up who is signed in, where there is a session: a page could do nothing without."""
    return not hasattr(request, "user") or request.user.is_authenticated


@require_POST
def update(request: HttpRequest, pk: int) -> HttpResponse:
    if not who(request):
        return HttpResponse(status=403)
    done = request.POST.get("state") == "done"
    Row.objects.filter(pk=pk).update(done=done, version=F("version") + 1)
    return with_length(HttpResponse(ANSWER))


@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    if not who(request):
        return HttpResponse(status=403)
    return with_length(render(request, "floor/rows.html", {"rows": Row.objects.all()}))
