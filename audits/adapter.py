from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

from audits import passkeys
from audits.models import User

# How somebody shows once more who they are, by allauth's names.
WAYS = {
    "reauthenticate": "your password",
    "mfa_reauthenticate": "a recovery code",
    "mfa_reauthenticate:webauthn": "a passkey",
}


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        """By SIGN_UP: open to all, closed, or for the first account of an installation alone."""
        if settings.SIGN_UP == "first":
            return not User.objects.exists()
        return settings.SIGN_UP == "open"

    def can_delete_email(self, email_address) -> bool:
        # In its place the account would get another address, proven or not.
        is_in_use = email_address.email == email_address.user.email
        return not is_in_use and super().can_delete_email(email_address)

    def get_reauthentication_methods(self, user) -> list[dict]:
        methods = super().get_reauthentication_methods(user)
        return [method | {"description": WAYS[method["id"]]} for method in methods]


class PasskeyAdapter(DefaultMFAAdapter):
    """The words of what guards an account; a passkey is one to the host that it was made at."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That was not accepted, or it came too late. Try again.",
    }

    def _get_site_name(self) -> str:
        return "Countersign"

    def generate_authenticator_name(self, user: User, type: str) -> str:
        return f"Passkey {len(passkeys.of(user)) + 1}"
