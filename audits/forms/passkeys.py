"""allauth's forms about passkeys: with names that fit a line, and calm about what is none."""

import json
import struct
from typing import Any

from allauth.mfa.base import forms as base_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as allauth_forms
from django import forms
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from audits import passkeys

MOST = 20
# What the parsers of JSON, base64 and CBOR raise at what strangers make up.
STUMBLES = (ValueError, TypeError, AttributeError, LookupError, RecursionError, struct.error)


class Unkept(forms.PasswordInput):
    """A hidden field that is never sent back."""

    input_type = "hidden"


class CredentialField(forms.CharField):
    """What a browser answers of a passkey (`PublicKeyCredential.toJSON()`), as a dict that has
    the shape of `answer`. Whether it proves anything is not asked here."""

    widget = Unkept

    def __init__(self, answer: type[AuthenticationResponse | RegistrationResponse], **kwargs):
        super().__init__(max_length=20_000, **kwargs)
        self.answer = answer

    def clean(self, value: Any) -> dict | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            credential = json.loads(text)
            self.answer.from_dict(credential)
        except STUMBLES:
            raise forms.ValidationError("This is not what a passkey answers.") from None
        return credential


class RecoveryCodeField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(label="Recovery code", max_length=20)
        self.widget.attrs |= {"autocomplete": "off", "inputmode": "numeric"}


class AddPasskeyForm(allauth_forms.AddWebAuthnForm):
    passwordless = None  # each of ours is fit for it
    name = forms.CharField(
        max_length=60, help_text="What tells it from others, such as the device that it is on."
    )
    credential = CredentialField(RegistrationResponse)

    def clean_credential(self) -> dict:
        credential = self.cleaned_data["credential"]
        made = RegistrationResponse.from_dict(credential).response.attestation_object.auth_data
        if made.credential_data is None:
            raise forms.ValidationError("No passkey was made. Try again.")
        return credential

    def clean(self) -> dict:
        if len(passkeys.of(self.user)) >= MOST:
            raise forms.ValidationError(f"You have {MOST} passkeys. Remove one of them first.")
        return super().clean()


class RenamePasskeyForm(allauth_forms.EditWebAuthnForm):
    name = forms.CharField(max_length=60)


class SecondFactorForm(allauth_forms.AuthenticateWebAuthnForm):
    credential = CredentialField(AuthenticationResponse)

    def clean_credential(self) -> Authenticator:
        response = AuthenticationResponse.from_dict(self.cleaned_data["credential"])
        passkey = super().clean_credential()
        if not passkeys.goes_on(passkey, response):
            raise forms.ValidationError("There is a copy of this passkey, so it is not accepted.")
        return passkey


class SignInByPasskeyForm(SecondFactorForm, allauth_forms.LoginWebAuthnForm):
    pass


class RecoveryForm(base_forms.AuthenticateForm):
    code = RecoveryCodeField()


class ReauthenticateByCodeForm(base_forms.ReauthenticateForm):
    code = RecoveryCodeField()


class ReauthenticateByPasskeyForm(SecondFactorForm, allauth_forms.ReauthenticateWebAuthnForm):
    pass
