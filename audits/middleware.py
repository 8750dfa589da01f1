from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect

from audits.access_reviews import GUEST, GuestLinkOver, SignInMissing
from audits.http import Request, came_from, toast
from audits.models import outdating
from audits.models.errors import RuleBroken
from audits.views import outdated

SAFE = {"GET", "HEAD"}
# With them htmx shows another page instead of the answer.
LEAVES = {"HX-Redirect", "HX-Refresh", "HX-Location"}


class SignInAndBackMiddleware:
    """What every view answers alike: a sign-in that is missing, and a rule that refuses.

    An htmx request without a session is sent to the sign-in page as a whole page, and back to
    the page that it came from, since a login form swapped into a row helps nobody. So is a form
    that was sent too late: its own address is none that a browser could open.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        response = self.get_response(request)
        if not _wants_sign_in(request, response):
            return response
        if request.htmx:
            return HttpResponseClientRedirect(redirect_to_login(came_from(request)).url)
        return response if request.method in SAFE else redirect_to_login(came_from(request))

    def process_exception(self, request: Request, error: Exception) -> HttpResponse | None:
        if isinstance(error, SignInMissing):
            return redirect_to_login(request.get_full_path())
        if not isinstance(error, RuleBroken):
            return None
        if request.htmx:
            return toast(request, str(error), error.status)
        if isinstance(error, GuestLinkOver):
            context = {"reason": error, "review": error.review}
            return render(request, "reviews/guest_over.html", context, status=error.status)
        context = {"error": error, "back": came_from(request)}
        return render(request, "refused.html", context, status=error.status)


def _wants_sign_in(request: Request, response: HttpResponse) -> bool:
    if response.status_code != 302:
        return False
    return response["Location"] == redirect_to_login(request.get_full_path()).url


class OutdatedProposalMiddleware:
    """Whoever changes a proposed audit is told that the proposal is over: on the page that they
    look at, or on the one that they are led to. Whichever way the change came."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        with outdating.noted() as ended:
            response = self.get_response(request)
        for told in outdated.of(ended):
            if request.htmx and not LEAVES & set(response.headers):
                response.write(outdated.out_of_band(request, told))
            elif request.htmx or 300 <= response.status_code < 400:
                messages.warning(request, outdated.with_link(told))
        return response


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Django's asks who is there before it asks whether that matters. /health/live must answer
    a browser with a session even while the database, where the session is, does not."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        if getattr(view_func, "login_required", True):
            return super().process_view(request, view_func, view_args, view_kwargs)
        if getattr(view_func, "for_guests", False) and not _is_let_in(request, view_kwargs["pk"]):
            return self.handle_no_permission(request, view_func)
        return None


def _is_let_in(request: Request, review_pk) -> bool:
    """Whether to ask any further who they are: members by name, guests by their session."""
    return request.user.is_authenticated or str(review_pk) in request.session.get(GUEST, {})
