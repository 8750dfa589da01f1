from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from audits.http import Request
from audits.models.errors import RuleBroken


class SignInAndBackMiddleware:
    """What every view answers alike: a sign-in that is missing, and a rule that refuses.

    An htmx request without a session is sent to the sign-in page as a whole page, and back to
    the page that it came from, since a login form swapped into a row helps nobody.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.login_path = resolve_url(settings.LOGIN_URL)

    def __call__(self, request: Request) -> HttpResponse:
        response = self.get_response(request)
        location = response.headers.get("Location", "")
        if request.htmx and response.status_code == 302 and location.startswith(self.login_path):
            came_from = request.htmx.current_url_abs_path or "/"
            return HttpResponseClientRedirect(redirect_to_login(came_from).url)
        return response

    def process_exception(self, request: Request, error: Exception) -> HttpResponse | None:
        if not isinstance(error, RuleBroken):
            return None
        template = "partials/refused.html" if request.htmx else "refused.html"
        response = render(request, template, {"error": error}, status=error.status)
        if request.htmx:
            # Shown in the live region, and nothing else on the page moves.
            response["HX-Reswap"] = "none"
        return response
