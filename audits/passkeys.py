"""Showing by a passkey that whoever sends a form is the person who is signed in.

allauth keeps the passkeys (`Authenticator`) and speaks WebAuthn. Its own challenge is the one of
signing in, after which it trusts the session for a while; the one here is good for a single form.
W3C, Web Authentication Level 2: sections 7.2 (what is verified) and 6.1.1 (counters).
"""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.cache import cache
from django.http import HttpRequest
from fido2.webauthn import AuthenticationResponse, UserVerificationRequirement

from audits.models import User

SESSION_KEY = "proof"
SECONDS = 300


def of(user: User) -> list[Authenticator]:
    """The person's passkeys, the oldest first."""
    passkeys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return list(passkeys.order_by("pk"))


def ask(request: HttpRequest) -> dict:
    """The request options of WebAuthn for a passkey of `request.user`, as plain JSON.

    The challenge in them is kept in the session for SECONDS; one that was asked before is void.
    """
    options, state = auth.get_server().authenticate_begin(
        auth.get_credentials(request.user), UserVerificationRequirement.REQUIRED
    )
    request.session[SESSION_KEY] = {
        "state": state,
        "user": request.user.pk,
        "until": time.time() + SECONDS,
    }
    return dict(options)


def is_proof(request: HttpRequest, response: AuthenticationResponse) -> bool:
    """Whether it answers what was asked last, in time and by a passkey of `request.user`.

    Right or wrong, the challenge is used up.
    """
    asked = request.session.pop(SESSION_KEY, None)
    if not asked or asked["user"] != request.user.pk or asked["until"] < time.time():
        return False
    # Two requests at once have read the same session: the cache tells the first from the second.
    if not cache.add(f"proof:{asked['state']['challenge']}", True, SECONDS):
        return False
    try:
        found = auth.get_server().authenticate_complete(
            asked["state"], auth.get_credentials(request.user), response
        )
    except ValueError:
        return False
    passkey = auth.get_authenticator_by_credential_id(request.user, found.credential_id)
    if passkey is None or not goes_on(passkey, response):
        return False
    passkey.record_usage()
    return True


def goes_on(passkey: Authenticator, response: AuthenticationResponse) -> bool:
    """Keep the passkey's signature counter. False where it did not go on: somebody has a copy.

    Passkeys that are carried between devices do not count, and always say 0.
    """
    counter = response.response.authenticator_data.counter
    before = passkey.data.get("counter", passkey.wrap().authenticator_data.counter)
    if (counter or before) and counter <= before:
        return False
    passkey.data["counter"] = counter
    passkey.save(update_fields=["data"])
    return True
