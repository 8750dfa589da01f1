from django import forms

from audits.forms.answers import VersionedForm
from audits.forms.fields import Prose

OPEN, MET = "open", "met"
LABELS = {OPEN: "Not met", MET: "Met"}


class GoConditionForm(VersionedForm):
    """How a condition of the go stands."""

    state = forms.ChoiceField(choices=LABELS.items())
    note = Prose(
        required=False,
        max_length=4000,
        label="What was done",
        help_text="Such as a link to what shows it. It stands in the history.",
    )
