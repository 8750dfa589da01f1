from typing import cast

from django import forms

from audits.forms.fields import Prose
from audits.forms.projects import DateInput
from audits.models import Answer, Membership, User


class VersionedForm(forms.Form):
    """A change of an answer that the page showed in some version."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> None:
        if self.has_error("version"):
            # Nobody sees the hidden field, so its error stands above the form.
            raise forms.ValidationError(
                "The page sent no proper version of the answer. Look at it as it is now, "
                "and save again."
            )


class StateForm(VersionedForm):
    """A claim. Which fields a state needs is the model's rule, not the form's."""

    state = forms.ChoiceField(choices=Answer.State.choices, widget=forms.RadioSelect)
    reason = Prose(required=False, max_length=4000)
    approver = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Choose…")
    until = forms.DateField(
        required=False, widget=DateInput(), help_text="The last day on which it holds."
    )

    def __init__(self, *args, team, **kwargs):
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["approver"]).queryset = team.people(
            Membership.APPROVE
        )


class PlanForm(VersionedForm):
    owner = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Nobody")
    due = forms.DateField(required=False, widget=DateInput())

    def __init__(self, *args, team, **kwargs):
        super().__init__(*args, **kwargs)
        people = team.people(frozenset(Membership.Role.values))
        cast(forms.ModelChoiceField, self.fields["owner"]).queryset = people


class CommentForm(forms.Form):
    text = Prose(label="Comment", max_length=20_000, help_text="Markdown.")
