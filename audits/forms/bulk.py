"""What the bar under the rows sends: which items, and one change of them all."""

from typing import ClassVar, cast

from django import forms
from django.http import QueryDict

from audits.forms.fields import Prose
from audits.forms.projects import DateInput
from audits.models import Answer, Membership, User
from audits.models.errors import Refused
from audits.models.terms import Plan, Rating, Terms
from checklist.models import Item

NOBODY = "none"


class People:
    """The members of a team with their roles, in one query."""

    def __init__(self, team):
        self.role: dict[str, str] = {}
        self.named: dict[str, User] = {}
        members = team.memberships.order_by("user__name", "user__email").values_list(
            "user_id", "user__name", "user__email", "role"
        )
        for pk, name, email, role in members:
            self.named[str(pk)] = User(pk=pk, name=name, email=email)
            self.role[str(pk)] = role

    @property
    def names(self) -> dict[str, str]:
        return {pk: str(user) for pk, user in self.named.items()}

    @property
    def approvers(self) -> dict[str, str]:
        return {pk: name for pk, name in self.names.items() if self.role[pk] in Membership.APPROVE}


class PersonField(forms.ChoiceField):
    """Somebody of the team, or None for `none` where that is offered."""

    def __init__(self, **kwargs):
        super().__init__(choices=(), **kwargs)
        self.named: dict[str, User] = {}

    def offer(self, people: People, names: dict[str, str], *, nobody: bool = False) -> None:
        self.named = people.named
        self.choices = [*([(NOBODY, "Nobody")] if nobody else []), *names.items()]

    def clean(self, value):
        return self.named.get(super().clean(value))


class ChangeForm(forms.Form):
    """One of the bar's small forms. `verb` is what its button is called."""

    verb: ClassVar[str]
    # The browser would refuse to send one form for what is missing in another.
    use_required_attribute = False

    def __init__(self, data: QueryDict | None = None, *, people: People, **kwargs):
        super().__init__(data, auto_id="bulk-%s", **kwargs)

    def change(self) -> Terms | Plan | Rating:
        raise NotImplementedError


class StateChange(ChangeForm):
    """Which fields a state needs is the model's rule, not the form's."""

    verb = "Set the state"
    state = forms.ChoiceField(
        choices=Answer.State.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a state."},
    )
    reason = Prose(required=False, max_length=4000, rows=2)
    approver = PersonField(required=False)
    until = forms.DateField(label="Holds until", required=False, widget=DateInput())

    def __init__(self, data: QueryDict | None = None, *, people: People, **kwargs):
        super().__init__(data, people=people, **kwargs)
        cast(PersonField, self.fields["approver"]).offer(people, people.approvers)

    def change(self) -> Terms:
        given = self.cleaned_data
        return Terms(given["state"], given["reason"], given["approver"], given["until"])


class OwnerChange(ChangeForm):
    verb = "Set the owner"
    owner = PersonField(error_messages={"required": "Choose an owner, or nobody."})

    def __init__(self, data: QueryDict | None = None, *, people: People, **kwargs):
        super().__init__(data, people=people, **kwargs)
        cast(PersonField, self.fields["owner"]).offer(people, people.names, nobody=True)

    def change(self) -> Plan:
        return Plan(owner=self.cleaned_data["owner"])


class DueChange(ChangeForm):
    verb = "Set the date"
    due = forms.DateField(
        label="Due",
        widget=DateInput(),
        error_messages={"required": "Choose a day, or clear the due dates."},
    )

    def change(self) -> Plan:
        return Plan(due=self.cleaned_data["due"])


class NoDueChange(ChangeForm):
    verb = "Clear the dates"

    def change(self) -> Plan:
        return Plan(due=None)


class SeverityChange(ChangeForm):
    verb = "Set the severity"
    severity = forms.ChoiceField(
        choices=[("", "Choose…"), *Item.Severity.choices],
        error_messages={"required": "Choose a severity."},
    )
    severity_reason = Prose(
        label="Why",
        required=False,
        max_length=4000,
        rows=2,
        help_text="Stands in the report; an item's own severity needs none.",
    )

    def change(self) -> Rating:
        return Rating(self.cleaned_data["severity"], self.cleaned_data["severity_reason"])


# By the value of the button.
CHANGES: dict[str, type[ChangeForm]] = {
    "state": StateChange,
    "owner": OwnerChange,
    "due": DueChange,
    "no-due": NoDueChange,
    "severity": SeverityChange,
}


def read_seen(sent: QueryDict) -> dict[int, int]:
    """Primary key -> version of the rows that are selected, each sent as `17.3`."""
    try:
        pairs = [each.split(".") for each in sent.getlist("item")]
        return {_number(pk): _number(version) for pk, version in pairs}
    except ValueError:
        raise Refused("The page sent no proper selection. Load it again, then select.") from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise ValueError
    return int(text)


def read_keys(text: str) -> set[int]:
    """The rows that stand on the page, as static/js/selection.js names them: `17 18`."""
    return {
        int(key) for key in text.split() if key.isascii() and key.isdecimal() and len(key) < 19
    }
