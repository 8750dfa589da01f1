from collections.abc import Callable

from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse


class ContentSecurityPolicyMiddleware:
    """The policy of the settings on every answer. django-csp's own middleware writes it anew for
    each, which is a quarter of what all the middleware costs; here only the sending of files has
    one of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # A file that is sent to be kept has a stricter one of its own.
        response.headers.setdefault("Content-Security-Policy", self.policy)
        return response
