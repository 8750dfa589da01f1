from typing import cast

from django import forms

from audits.forms.fields import Prose
from audits.models import Project
from checklist.models import Edition


class EditionsField(forms.ModelMultipleChoiceField):
    def clean(self, value):
        try:
            return super().clean(value)
        except OverflowError:
            # SQLite's word for a number that no row can have.
            raise forms.ValidationError("Choose from the list.", code="invalid_choice") from None


class AuditForm(forms.Form):
    """Starting an audit: of which project, over which editions."""

    project = forms.ModelChoiceField(
        Project.objects.none(), error_messages={"required": "Choose a project."}
    )
    title = forms.CharField(
        max_length=150, help_text="Such as “First launch”; the report carries it on its cover."
    )
    editions = EditionsField(
        Edition.objects.none(),
        label="Checklists",
        widget=forms.CheckboxSelectMultiple,
        help_text="One or more. The audit keeps the edition chosen here, whatever comes later.",
        error_messages={"required": "Choose at least one checklist."},
    )

    def __init__(self, *args, projects, editions, **kwargs):
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["project"]).queryset = projects
        cast(forms.ModelChoiceField, self.fields["editions"]).queryset = editions


class ReopenForm(forms.Form):
    reason = Prose(
        max_length=2000,
        help_text="It stands in the history of the audit and of the next report.",
    )


class RenameForm(forms.Form):
    """`seen` is the title that the page showed. Missing or too long, it is another than the
    audit's, which the model has an answer for."""

    title = forms.CharField(max_length=150)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
