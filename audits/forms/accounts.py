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


class SignUpForm(NameForm):
    """What signing up asks beside the address and the password."""

    field_order = ["name", "email", "password1", "password2"]

    def signup(self, request, user) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
