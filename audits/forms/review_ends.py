"""What somebody says in the roll call, and how a review ends."""

from collections.abc import Sequence
from typing import cast

from django import forms

from audits.forms.fields import Prose
from audits.models.lifecycle import Outcome
from audits.models.quorum import Role, Rules
from audits.models.signoffs import SignOff


class WordForm(forms.Form):
    role = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the role that you speak in."},
    )
    decision = forms.ChoiceField(
        choices=SignOff.Decision.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Say go, conditional go or no-go.",
            "invalid_choice": "Say go, conditional go or no-go.",
        },
    )
    statement = Prose(
        required=False,
        max_length=4000,
        rows=2,
        help_text="Everybody in the room reads it, and the minutes keep it. A no-go needs one.",
    )

    def __init__(self, *args, roles: Sequence[Role], rules: Rules, **kwargs):
        super().__init__(*args, **kwargs)
        role = cast(forms.ChoiceField, self.fields["role"])
        role.choices = [(each.name, each.name) for each in roles]
        role.initial = roles[0].name if len(roles) == 1 else None
        role.error_messages["invalid_choice"] = "Choose a role in which you may speak."
        if not rules.conditional:
            decision = cast(forms.ChoiceField, self.fields["decision"])
            decision.choices = [
                choice for choice in SignOff.Decision.choices if choice[0] != "conditional_go"
            ]
            decision.error_messages["invalid_choice"] = (
                "The sign-off policy allows no conditional go."
            )


class EndForm(forms.Form):
    outcome = forms.ChoiceField(
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how the review ends."},
    )
    statement = Prose(
        required=False,
        max_length=4000,
        help_text="It stands in the minutes, and before those who sign. A no-go needs its reason.",
    )
    release = forms.CharField(
        required=False,
        max_length=100,
        label="Release",
        help_text="The version or commit SHA that a go is signed for.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    # Missing or too long, it is another state than the audit's, which the model has words for.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
