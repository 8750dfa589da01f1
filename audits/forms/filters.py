from django import forms

from audits.forms.fields import one_line
from audits.models import SavedFilter


class NameForm(forms.Form):
    name = forms.CharField(
        max_length=60,
        help_text="What the team calls it, such as “Blockers without evidence”.",
    )

    def clean_name(self) -> str:
        return one_line(SavedFilter, "name", self.cleaned_data["name"])


class FilterForm(NameForm):
    """`replacing` is the query of the filter of the same name, once the person has seen it."""

    query = forms.CharField(widget=forms.HiddenInput, required=False)
    audit = forms.UUIDField(widget=forms.HiddenInput, required=False)
    replacing = forms.CharField(widget=forms.HiddenInput, required=False)
