from django import forms
from django.contrib.auth import password_validation

from audits.forms.accounts import NameForm
from audits.models import User


class InvitedForm(NameForm):
    """An account under the invited address, which is not for the form to choose."""

    password1 = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validation.password_validators_help_text_html(),
    )
    password2 = forms.CharField(
        label="Password (again)",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, email: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> None:
        first, again = (self.cleaned_data.get(name) for name in ("password1", "password2"))
        if first and again and first != again:
            self.add_error("password2", "You must type the same password each time.")
        elif first:
            user = User(email=self.email, name=self.cleaned_data.get("name", ""))
            try:
                password_validation.validate_password(first, user)
            except forms.ValidationError as error:
                self.add_error("password1", error)
