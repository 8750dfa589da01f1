from typing import Any, cast

from django import forms
from django.db.models import Q

from audits.forms.fields import Prose
from audits.forms.projects import DateInput
from audits.models import Answer, Membership, Team, User
from checklist.models import Item


class VersionedForm(forms.Form):
    """A change of an answer that the page showed in some version."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    # What somebody else saved meanwhile beside what was sent, once that is known.
    versions: dict[str, Any] | None = None

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


class OwnerField(forms.ModelChoiceField):
    """Says of `left` that they are no longer in the team."""

    left: User | None = None

    def label_from_instance(self, obj) -> str:
        return f"{obj}, no longer in the team" if obj == self.left else str(obj)

    def offer(self, team: Team, owner: User | None) -> None:
        """Everybody in the team, and `owner`, who has it now and may keep it."""
        people = team.people(frozenset(Membership.Role.values))
        self.queryset = people
        if owner and not people.filter(pk=owner.pk).exists():
            self.queryset = User.objects.filter(Q(pk__in=people.values("pk")) | Q(pk=owner.pk))
            self.left = owner


class PlanForm(VersionedForm):
    owner = OwnerField(User.objects.none(), required=False, empty_label="Nobody")
    due = forms.DateField(required=False, widget=DateInput())

    def __init__(self, *args, team, owner: User | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        cast(OwnerField, self.fields["owner"]).offer(team, owner)


class SeverityForm(VersionedForm):
    """Another severity than the item's, in this audit alone; lowering is the model's rule."""

    severity = forms.ChoiceField(choices=Item.Severity.choices)
    severity_reason = Prose(label="Why", required=False, max_length=4000)


class CommentForm(forms.Form):
    text = Prose(label="Comment", max_length=20_000, help_text="Markdown.")
