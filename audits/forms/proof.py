"""A form that counts only when the person shows once more who they are."""

from functools import cached_property
from typing import Literal

from allauth.core import ratelimit
from django import forms
from fido2.webauthn import AuthenticationResponse

from audits import passkeys
from audits.forms.passkeys import CredentialField
from audits.http import Request

Method = Literal["password", "passkey"]

TOO_MANY = (
    "Too many wrong passwords or passkeys. Nothing was done; wait five minutes and try again."
)
NEITHER = "You have neither a password nor a passkey. Set a password first, then come back."


class ProofForm(forms.Form):
    """The password, or in its place a passkey, of the person who sends the form: asked for each
    time anew, whatever they proved a moment ago.

        class SignForm(ProofForm):
            statement = Prose()

        form = SignForm(posted(request), request=request)
        if form.is_valid():
            round.sign(by=request.user, method=form.method, …)

    In the template `{% include "partials/proof.html" %}`, as the last thing before the button,
    draws both fields; draw the others one by one, or they come twice. Never pass `cleaned_data`
    on as a whole: it holds the password.

    The proof is looked at last and only in a form that is right otherwise, since a passkey
    answers one challenge: a form with a `clean` of its own ends it with `return super().clean()`.
    Wrong ones are counted (`prove` of ACCOUNT_RATE_LIMITS); past the limit even a right one is
    refused. `method` is how it was proven; None until then.
    """

    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    credential = CredentialField(AuthenticationResponse, required=False)

    method: Method | None = None

    def __init__(self, *args, request: Request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        if not self.takes_password:
            del self.fields["password"]
        elif self.data.get(self.add_prefix("credential")):
            self.fields["password"].required = False

    @property
    def takes_password(self) -> bool:
        return self.request.user.has_usable_password()

    @cached_property
    def takes_passkey(self) -> bool:
        return bool(passkeys.of(self.request.user))

    def clean(self) -> dict:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            self._prove(cleaned.get("password"), cleaned.get("credential"))
        return cleaned

    def _prove(self, password: str | None, credential: dict | None) -> None:
        if not ratelimit.consume(self.request, action="prove"):
            self.add_error(None, TOO_MANY)
        elif password:
            self._prove_by_password(password)
        elif credential:
            self._prove_by_passkey(credential)
        else:
            self.add_error(None, "Use your passkey." if self.takes_passkey else NEITHER)
        if self.method:
            ratelimit.clear(self.request, action="prove")

    def _prove_by_password(self, password: str) -> None:
        if self.request.user.check_password(password):
            self.method = "password"
        else:
            self.add_error("password", "That is not your password.")

    def _prove_by_passkey(self, credential: dict) -> None:
        if passkeys.is_proof(self.request, AuthenticationResponse.from_dict(credential)):
            self.method = "passkey"
        else:
            self.add_error(
                None,
                "This passkey was not accepted, or it took longer than five minutes. Try again.",
            )
