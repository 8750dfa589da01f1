"""Pages for what went wrong: they say what happened and what to do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template

from audits.http import Request, came_from, toast


def _page(request: HttpRequest, status: int, template: str, **context) -> HttpResponse:
    return render(request, template, context, status=status)


def bad_request(request: HttpRequest, exception=None) -> HttpResponse:
    return _page(request, 400, "400.html")


def permission_denied(request: Request, exception=None) -> HttpResponse:
    if request.htmx and exception:
        return toast(request, str(exception), 403)
    return _page(request, 403, "403.html", reason=str(exception or ""))


def csrf_failure(request: Request, reason: str = "") -> HttpResponse:
    if request.htmx:
        return toast(request, "The form has expired. Reload the page and send it again.", 403)
    return _page(request, 403, "403_csrf.html", back=came_from(request))


def page_not_found(request: HttpRequest, exception=None) -> HttpResponse:
    return _page(request, 404, "404.html")


def server_error(request: HttpRequest) -> HttpResponse:
    # Without context processors: the database may be what failed.
    return HttpResponse(get_template("500.html").render({}), status=500)
