from django import forms

from audits.forms.answers import VersionedForm
from audits.forms.fields import Prose
from audits.models import Condition

LABELS = {"open": "Not met", "met": "Met", "waived": "Waived"}


class ConditionForm(VersionedForm):
    state = forms.ChoiceField(choices=[(state, LABELS[state]) for state in Condition.State.values])
    note = Prose(
        required=False,
        max_length=4000,
        rows=2,
        help_text="Where it can be seen; or why it can be waived.",
    )
