from django import forms
from django.utils import timezone

from audits.forms.fields import Prose
from audits.forms.projects import DateInput
from audits.models import Evidence


class EvidenceForm(forms.Form):
    """A link, a file or a note, and the day it speaks of."""

    kind = forms.ChoiceField(choices=Evidence.Kind.choices, widget=forms.HiddenInput)
    title = forms.CharField(required=False, max_length=200)
    speaks_of = forms.DateField(
        required=False,
        label="Speaks of",
        widget=DateInput(),
        help_text="The day that it is evidence of.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["speaks_of"].initial = timezone.localdate


class LinkForm(EvidenceForm):
    url = forms.CharField(
        label="Address",
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://", "inputmode": "url"}),
    )
    field_order = ["kind", "url", "title", "speaks_of"]


class FileForm(EvidenceForm):
    file = forms.FileField(allow_empty_file=True, error_messages={"required": "Choose a file."})
    field_order = ["kind", "file", "title", "speaks_of"]


class NoteForm(EvidenceForm):
    text = Prose(label="Note", max_length=20_000, rows=4, help_text="Markdown.")
    field_order = ["kind", "text", "title", "speaks_of"]


FORMS: dict[str, type[EvidenceForm]] = {
    Evidence.Kind.LINK.value: LinkForm,
    Evidence.Kind.FILE.value: FileForm,
    Evidence.Kind.NOTE.value: NoteForm,
}


class RemoveForm(forms.Form):
    reason = forms.CharField(max_length=500)
