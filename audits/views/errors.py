"""Pages for what went wrong: they say what happened and what to do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template


def _page(request: HttpRequest, status: int, template: str, **context) -> HttpResponse:
    return render(request, template, context, status=status)


def bad_request(request: HttpRequest, exception=None) -> HttpResponse:
    return _page(request, 400, "400.html")


def permission_denied(request: HttpRequest, exception=None) -> HttpResponse:
    return _page(request, 403, "403.html", reason=str(exception or ""))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403, "403_csrf.html")


def page_not_found(request: HttpRequest, exception=None) -> HttpResponse:
    return _page(request, 404, "404.html")


def server_error(request: HttpRequest) -> HttpResponse:
    # Without context processors: the database may be what failed.
    return HttpResponse(get_template("500.html").render({}), status=500)
