from allauth.core import ratelimit
from allauth.mfa.webauthn.views import login_webauthn
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audits import passkeys
from audits.http import Request


@never_cache
@require_safe
def proof_challenge(request: Request) -> JsonResponse:
    """What js/passkeys.js hands to the browser for a passkey in a form of `forms/proof.py`."""
    if not passkeys.of(request.user):
        raise Http404("You have no passkey.")
    return JsonResponse({"request_options": passkeys.ask(request)})


@login_not_required
def sign_in_by_passkey(request: Request) -> HttpResponse:
    """allauth's, which rations what is sent to it, but not what is asked of it."""
    slow_down = ratelimit.consume_or_429(request, action="ask_passkey", limit_get=True)
    return slow_down or login_webauthn(request)
