"""What proposes an audit for sign-off, signs it, refuses it, or takes a proposal back."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.forms.formsets import TOTAL_FORM_COUNT, formset_factory
from django.http import QueryDict
from django.utils import timezone

from audits.forms.bulk import People, PersonField
from audits.forms.fields import Prose
from audits.forms.projects import DateInput
from audits.forms.proof import ProofForm
from audits.models.actions import Action
from audits.models.errors import Refused
from audits.models.go_conditions import MOST, Asked
from audits.models.lifecycle import Decision
from audits.models.obstacles import Obstacle
from audits.models.quorum import Role, Rules
from audits.models.rounds import REASON_MAX
from audits.models.signoffs import refuse_unconfirmed, what_confirms

# The name of the button that asks for one row more.
ADD = "add"


class ProposeForm(forms.Form):
    decision = forms.ChoiceField(choices=Decision.choices, widget=forms.RadioSelect)
    release = forms.CharField(
        required=False,
        max_length=100,
        label="Release",
        help_text="The version or commit SHA that it is signed for.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    statement = Prose(
        required=False, max_length=4000, help_text="For those who sign. It stands in the report."
    )
    # Missing or too long, it is another state than the audit's, which the model has words for.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, rules: Rules, **kwargs):
        super().__init__(*args, **kwargs)
        if rules.release_bound:
            self.fields["release"].required = True
            self.fields["release"].error_messages["required"] = (
                "The sign-off policy binds a sign-off to a release: say which one."
            )
        if not rules.conditional:
            field = cast(forms.ChoiceField, self.fields["decision"])
            field.choices = [Decision.choices[0]]
            field.error_messages["invalid_choice"] = (
                "The sign-off policy allows no conditional go."
            )


class ConditionForm(forms.Form):
    """One condition of a conditional go. A row that is left as it was counts as none."""

    text = Prose(
        label="What is to be done",
        max_length=1000,
        rows=2,
        error_messages={"required": "Say what is to be done."},
    )
    owner = PersonField(
        label="Who sees to it", error_messages={"required": "Name a member of the team."}
    )
    due = forms.DateField(
        label="Until", widget=DateInput(), error_messages={"required": "Say until when."}
    )
    covers = forms.ChoiceField(
        required=False,
        error_messages={"invalid_choice": "This does not stand in the way any more."},
    )

    def __init__(self, *args, people: People, obstacles: Sequence[Obstacle], **kwargs):
        super().__init__(*args, **kwargs)
        owner = cast(PersonField, self.fields["owner"])
        owner.offer(people, people.names)
        owner.choices = [("", "Choose…"), *people.names.items()]
        self.known = {each.key: each for each in obstacles if each.can_be_covered}
        named = [(key, each.title) for key, each in self.known.items()]
        cast(forms.ChoiceField, self.fields["covers"]).choices = [
            ("", "Nothing in particular"),
            *named,
        ]

    @property
    def obstacle(self) -> Obstacle | None:
        """What the row covers, as it is shown or was sent."""
        return self.known.get(self["covers"].value() or "")

    def clean_due(self):
        due = self.cleaned_data["due"]
        if due < timezone.localdate():
            raise forms.ValidationError("Choose today or a later day.")
        return due


class BaseConditions(forms.BaseFormSet):
    """The rows of a conditional go."""

    def __init__(self, data=None, *, people: People, obstacles: Sequence[Obstacle], **kwargs):
        shared = {"people": people, "obstacles": obstacles}
        super().__init__(data, prefix="condition", form_kwargs=shared, **kwargs)

    def initial_form_count(self) -> int:
        """Of what is sent no row is an old one: each may be left empty."""
        return 0 if self.is_bound else super().initial_form_count()

    def asked(self) -> list[Asked]:
        told = (form.cleaned_data for form in self.forms)
        return [Asked(**each) for each in told if each.get("text")]


Conditions = formset_factory(
    ConditionForm, formset=BaseConditions, extra=0, max_num=MOST, absolute_max=MOST + 1
)


def rows_for(obstacles: Sequence[Obstacle], fixes: Mapping[str, Action]) -> list[dict[str, Any]]:
    """A row for each obstacle that a condition may cover; with what a review decided to fix, where
    it did. `fixes` is by the key of the agenda point."""
    covered = [each for each in obstacles if each.can_be_covered]
    return [_row(each, fixes.get(each.point_key)) for each in covered[:MOST]]


def _row(obstacle: Obstacle, fix: Action | None) -> dict[str, Any]:
    if fix is None:
        return {"covers": obstacle.key}
    reason = fix.point.reason if fix.point else ""
    asked = {"text": reason or fix.title, "owner": fix.owner_id, "due": fix.due}
    return {"covers": obstacle.key, **asked}


def rows_sent(data: QueryDict) -> list[dict[str, Any]]:
    """What was typed into the rows, to show it again without a word about its faults."""
    fields = ConditionForm.base_fields
    try:
        total = int(data.get(f"condition-{TOTAL_FORM_COUNT}", ""))
    except ValueError:
        total = 0
    return [
        {name: data.get(f"condition-{number}-{name}", "") for name in fields}
        for number in range(max(0, min(total, MOST)))
    ]


def with_rows(data: QueryDict, more: Sequence[Obstacle]) -> QueryDict:
    """The same form as it was sent, with an empty row for each of `more`."""
    data = data.copy()
    total = len(rows_sent(data))
    for number, obstacle in enumerate(more[: MOST - total], start=total):
        data[f"condition-{number}-covers"] = obstacle.key
    data[f"condition-{TOTAL_FORM_COUNT}"] = str(min(total + len(more), MOST))
    return data


class DecideForm(ProofForm):
    """What signing and refusing have in common: in which role, which state, the typed phrase."""

    role = forms.ChoiceField(
        widget=forms.RadioSelect, error_messages={"required": "Choose the role that you sign in."}
    )
    confirmation = forms.CharField(
        max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    # The digest of what the page showed; another one is the model's to refuse.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, roles: Sequence[Role], phrase: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.phrase = phrase
        self.offer(roles)
        confirmation = self.fields["confirmation"]
        confirmation.label = f"Type “{phrase}” to confirm"
        confirmation.error_messages["required"] = what_confirms(phrase)

    def offer(self, roles: Sequence[Role]) -> None:
        """The roles to choose from; the only one is chosen already."""
        role = cast(forms.ChoiceField, self.fields["role"])
        role.choices = [(each.name, each.name) for each in roles]
        role.initial = roles[0].name if len(roles) == 1 else None
        role.error_messages["invalid_choice"] = "Choose a role in which you may sign."

    def clean_confirmation(self) -> str:
        """Asked here already, so that no passkey is used up for a slip."""
        typed = self.cleaned_data["confirmation"]
        try:
            refuse_unconfirmed(typed, self.phrase)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return typed


class SignForm(DecideForm):
    statement = Prose(
        required=False, max_length=4000, help_text="It stands beside your name in the report."
    )


class RefuseForm(DecideForm):
    reason = Prose(
        max_length=4000,
        help_text="Everybody reads it, and it stands in the report.",
        error_messages={"required": "Say why it is refused; the report shows it."},
    )


class WithdrawForm(forms.Form):
    reason = Prose(
        max_length=REASON_MAX,
        help_text="It stands in the history of the audit.",
        error_messages={"required": "Say why the proposal is withdrawn."},
    )
