from django import forms
from django.db import IntegrityError, transaction

from audits.forms.fields import Prose, one_line
from audits.models import Environment, Project


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


class ProjectForm(forms.ModelForm):
    description = Prose(required=False, max_length=4000)

    class Meta:
        model = Project
        fields = ["name", "description", "launch_date"]
        widgets = {"launch_date": DateInput()}
        help_texts = {
            "name": "What is being launched, such as “Support assistant”.",
            "launch_date": "The day on which it goes live, if you know it.",
        }

    def clean_name(self) -> str:
        return one_line(Project, "name", self.cleaned_data["name"])


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
