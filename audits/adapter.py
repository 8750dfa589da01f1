from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings

from audits.models import User


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
