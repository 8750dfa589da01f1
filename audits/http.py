from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from audits.models import User


class Request(HttpRequest):
    """A request as it reaches a view: the middleware saw to a session and to htmx."""

    user: User  # nobody anonymous gets past the middleware
    htmx: HtmxDetails
