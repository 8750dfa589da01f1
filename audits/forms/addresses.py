"""allauth's forms about addresses, held to one rule: an account stands under no address that its
owner has not proven, but for the one that it was made with. Owners invite people by address."""

from allauth.account import forms as allauth_forms
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError

from audits.models import User


class AddEmailForm(allauth_forms.AddEmailForm):
    def clean_email(self) -> str:
        email = super().clean_email()
        # Without a proven address allauth lets an account move to any, proven or not.
        if not EmailAddress.objects.filter(user=self.user, verified=True).exists():
            raise ValidationError(
                "First confirm the address that you have: have the confirmation sent again."
            )
        return email


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    users: list[User]

    def clean_email(self) -> str:
        email = super().clean_email()
        # The mail must not lead to the account of somebody who merely claims the address.
        self.users = [user for user in self.users if user.is_at(email.lower())]
        return email


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):
    def save(self) -> None:
        super().save()
        # The link came by mail to the account's address, so the address is proven.
        self.user.prove(self.user.email)
