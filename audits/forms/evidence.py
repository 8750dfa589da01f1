from django import forms
from django.conf import settings
from django.utils import timezone

from audits.forms.fields import Prose
from audits.forms.projects import DateInput
from audits.models import Evidence, Team


class EvidenceForm(forms.Form):
    """A link, a file or a note, the day it speaks of, and until when it is good."""

    kind = forms.ChoiceField(choices=Evidence.Kind.choices, widget=forms.HiddenInput)
    # Of the piece that is replaced, as the page showed it; empty for a new one.
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(required=False, max_length=200)
    speaks_of = forms.DateField(
        required=False,
        label="Speaks of",
        widget=DateInput(),
        help_text="The day that it is evidence of.",
    )
    expires_on = forms.DateField(required=False, label="Good until", widget=DateInput())
    order = ("title", "speaks_of", "expires_on")

    def __init__(self, *args, team: Team, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["speaks_of"].initial = timezone.localdate
        self.fields["expires_on"].help_text = self._rule(team)

    def _rule(self, team: Team) -> str:
        """What holds where nothing is given."""
        kind = next(kind for kind, form in FORMS.items() if isinstance(self, form))
        days = getattr(team, f"{kind}_days")
        if days is None:
            return "The last good day; empty: it never grows stale."
        return f"The last good day; empty: {days} days, as {team} has it for {kind}s."


class LinkForm(EvidenceForm):
    url = forms.CharField(
        label="Address",
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://", "inputmode": "url"}),
    )
    field_order = ["kind", "version", "url", *EvidenceForm.order]


class FileForm(EvidenceForm):
    file = forms.FileField(allow_empty_file=True, error_messages={"required": "Choose a file."})
    field_order = ["kind", "version", "file", *EvidenceForm.order]

    @property
    def max_bytes(self) -> int:
        """For a script that tells beforehand what would be refused."""
        return settings.EVIDENCE_MAX_BYTES


class NoteForm(EvidenceForm):
    text = Prose(label="Note", max_length=20_000, rows=4, help_text="Markdown.")
    field_order = ["kind", "version", "text", *EvidenceForm.order]


FORMS: dict[str, type[EvidenceForm]] = {
    Evidence.Kind.LINK.value: LinkForm,
    Evidence.Kind.FILE.value: FileForm,
    Evidence.Kind.NOTE.value: NoteForm,
}


class RemoveForm(forms.Form):
    reason = forms.CharField(max_length=500)
    # Whether the page showed it as current; sent only then.
    current = forms.BooleanField(required=False, widget=forms.HiddenInput)


class ExpiryForm(forms.Form):
    expires_on = forms.DateField(
        required=False,
        label="Good until",
        widget=DateInput(),
        help_text="The last day on which it is good. Empty: it never grows stale.",
    )
    # The day that the page showed.
    seen = forms.DateField(required=False, widget=forms.HiddenInput)
