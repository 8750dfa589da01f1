"""What is posted from the room of a review."""

from django import forms

from audits.forms.answers import VersionedForm
from audits.forms.fields import Prose
from audits.forms.projects import DateInput
from audits.models import AgendaPoint, Membership, Team, User


class ShowForm(forms.Form):
    """Without a point: the agenda as a whole."""

    point = forms.IntegerField(required=False, min_value=1)


class LeadForm(forms.Form):
    """To whom the lead is given; without anybody, to oneself."""

    to = forms.ModelChoiceField(User.objects.none(), required=False)

    def __init__(self, *args, team: Team, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = team.people(Membership.EDIT)  # type: ignore[attr-defined]


class DecisionForm(VersionedForm):
    """Which fields a decision needs is the model's rule, not the form's."""

    decision = forms.ChoiceField(choices=AgendaPoint.Decision.choices)
    reason = Prose(required=False, max_length=4000)
    approver = forms.ModelChoiceField(User.objects.none(), required=False)
    until = forms.DateField(required=False, widget=DateInput())
    owner = forms.ModelChoiceField(User.objects.none(), required=False)
    due = forms.DateField(required=False, widget=DateInput())
    # The decision that stood there.
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args, team: Team, **kwargs):
        super().__init__(*args, **kwargs)
        everybody = frozenset(Membership.Role.values)
        for name, roles in (("approver", Membership.APPROVE), ("owner", everybody)):
            self.fields[name].queryset = team.people(roles)  # type: ignore[attr-defined]
