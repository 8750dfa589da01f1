from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from audits.exports.formats import FORMATS
from audits.forms.drafts import UploadForm
from audits.models import Project


class LoadForm(UploadForm):
    """An audit's file or its text, and the project that it is loaded into."""

    project = forms.ModelChoiceField(Project.objects.none(), empty_label=None)

    field_order = ("project", "file", "text")

    def __init__(self, *args: Any, projects: QuerySet[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.projects = projects
        cast(forms.ModelChoiceField, self.fields["project"]).queryset = projects

    def clean(self) -> None:
        super().clean()
        if text := self.cleaned_data.get("text"):
            # What came as a file comes back as a text, whose lines a browser ends in its own way.
            self.cleaned_data["text"] = text.replace("\r\n", "\n").replace("\r", "\n")

    def chosen(self, load: str) -> tuple[Project, str, str]:
        """Project, text and the name of its format; that of `load` when the text was looked at
        before, since a file's name, which tells the format too, does not come back."""
        given = self.cleaned_data
        looked = load.partition(" ")[0]
        name = looked if looked in FORMATS and not given["file"] else given["format"].name
        return given["project"], given["text"], name
