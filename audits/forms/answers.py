from typing import cast

from django import forms

from audits.forms.fields import Prose
from audits.forms.projects import DateInput
from audits.models import Answer, Membership, User


class StateForm(forms.Form):
    """A claim. Which fields a state needs is the model's rule, not the form's."""

    state = forms.ChoiceField(choices=Answer.State.choices, widget=forms.RadioSelect)
    reason = Prose(required=False, max_length=4000)
    approver = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Choose…")
    until = forms.DateField(
        required=False, widget=DateInput(), help_text="The last day on which it holds."
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, team, **kwargs):
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["approver"]).queryset = team.people(
            Membership.APPROVE
        )


class PlanForm(forms.Form):
    owner = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Nobody")
    due = forms.DateField(required=False, widget=DateInput())
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, team, **kwargs):
        super().__init__(*args, **kwargs)
        people = team.people(frozenset(Membership.Role.values))
        cast(forms.ModelChoiceField, self.fields["owner"]).queryset = people


class CommentForm(forms.Form):
    text = Prose(label="Comment", max_length=20_000, help_text="Markdown.")
