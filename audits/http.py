from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from audits.models import User

# For a view that shows a form and takes it.
require_form = require_http_methods(["GET", "HEAD", "POST"])


def for_guests(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a view of the review `pk` that its guests may see too, who have no account. It fetches
    with `access_reviews.visitor`; others are sent to sign in as everywhere."""
    view.for_guests = True  # type: ignore[attr-defined]
    return login_not_required(view)


class Request(HttpRequest):
    """A request as it reaches a view: the middleware saw to a session and to htmx."""

    user: User  # nobody anonymous gets past the middleware
    htmx: HtmxDetails


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: whatever was sent, be it nothing; None while it is only shown."""
    return request.POST if request.method == "POST" else None


def came_from(request: HttpRequest) -> str:
    """Path and query of the page of this site that the request was sent from; `/` otherwise."""
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return "/"
    path = urlunsplit(urlsplit(address)._replace(scheme="", netloc=""))
    # A path of two slashes would name another host.
    return path if url_has_allowed_host_and_scheme(path, None) else "/"


def toast(request: Request, text: str, status: int) -> HttpResponse:
    """For htmx: shown in the live region, and nothing else on the page moves."""
    response = render(request, "partials/refused.html", {"error": text}, status=status)
    response["HX-Reswap"] = "none"
    return response
