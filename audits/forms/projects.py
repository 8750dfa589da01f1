from typing import Any

from django import forms
from django.db import IntegrityError, transaction

from audits.forms.fields import Prose, one_line
from audits.models import Environment, Project, Release


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


class ProjectForm(forms.ModelForm):
    """`version` is that of the row which the page showed; a new project has none."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    description = Prose(required=False, max_length=4000)

    class Meta:
        model = Project
        fields = ["name", "description", "launch_date"]
        widgets = {"launch_date": DateInput()}
        help_texts = {
            "name": "What is being launched, such as “Support assistant”.",
            "launch_date": "The day on which it goes live, if you know it.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            del self.fields["version"]
        else:
            self.initial["version"] = self.instance.version

    def clean_name(self) -> str:
        return one_line(Project, "name", self.cleaned_data["name"])

    def clean(self) -> dict[str, Any] | None:
        if self.has_error("version"):
            # Nobody sees the hidden field, so its error stands above the form.
            raise forms.ValidationError(
                "The page sent no proper version. Load it again, then save."
            )
        return super().clean()


class EnvironmentForm(forms.ModelForm):
    class Meta:
        model = Environment
        fields = ["kind", "name"]
        help_texts = {"name": "Such as “production, eu-west”."}

    def clean_name(self) -> str:
        return one_line(Environment, "name", self.cleaned_data["name"])

    def add(self) -> bool:
        """Save; False, with the error beside the name, where the project has it already."""
        try:
            with transaction.atomic():
                self.save()
        except IntegrityError:
            self.add_error("name", "This project has an environment of that name already.")
        return self.is_valid()


class ReleaseForm(forms.Form):
    name = forms.CharField(
        max_length=100,
        label="Version or commit SHA",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_name(self) -> str:
        return one_line(Release, "name", self.cleaned_data["name"])
