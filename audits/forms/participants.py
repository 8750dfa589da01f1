"""Inviting people to a review."""

from django import forms
from django.forms.models import ModelMultipleChoiceField

from audits.forms.fields import one_line
from audits.models import Membership, Participant, Review, User
from audits.models.participants import DAYS

LASTS = [(days, f"{days} day{'s'[: days != 1]} after the planned end") for days in DAYS]


def days_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label="The link works until", choices=LASTS, coerce=int, initial=DAYS[0]
    )


class PeopleField(ModelMultipleChoiceField):
    def label_from_instance(self, user: User) -> str:
        return f"{user}, {user.email}" if user.name else user.email


class MembersForm(forms.Form):
    """Which members of the team are asked to come."""

    users = PeopleField(
        label="Members",
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one person."},
    )

    def __init__(self, *args, review: Review, **kwargs):
        super().__init__(*args, **kwargs)
        people = review.audit.project.team.people(frozenset(Membership.Role))
        here = review.participants.standing().filter(invited_by__isnull=False)
        self.fields["users"].queryset = people.exclude(seats__in=here)  # type: ignore[attr-defined]


class GuestForm(forms.Form):
    """Somebody without an account."""

    name = forms.CharField(max_length=150, help_text="As everybody in the room will read it.")
    email = forms.EmailField(label="E-mail address", max_length=254)
    days = days_field()

    def clean_name(self) -> str:
        return one_line(Participant, "name", self.cleaned_data["name"])


class RenewForm(forms.Form):
    days = days_field()
