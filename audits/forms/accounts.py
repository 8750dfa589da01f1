from django import forms

from audits.forms.fields import one_line
from audits.models import User


class SignUpForm(forms.Form):
    """What signing up asks beside the address and the password."""

    name = forms.CharField(
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="As it shall stand in reports and sign-offs.",
    )
    field_order = ["name", "email", "password1", "password2"]

    def clean_name(self) -> str:
        return one_line(User, "name", self.cleaned_data["name"])

    def signup(self, request, user) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
