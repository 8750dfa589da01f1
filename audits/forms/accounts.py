from django import forms

from audits.forms.fields import one_line
from audits.models import User


class NameForm(forms.Form):
    """A person's own name; what was signed under another one keeps it."""

    name = forms.CharField(
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="As it shall stand in reports and sign-offs.",
    )

    def clean_name(self) -> str:
        return one_line(User, "name", self.cleaned_data["name"])


class CloseForm(forms.Form):
    """Closing an account takes its password, so that no unlocked screen can."""

    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError("That is not your password.")
        return password


class SignUpForm(NameForm):
    """What signing up asks beside the address and the password."""

    field_order = ["name", "email", "password1", "password2"]

    def signup(self, request, user) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
