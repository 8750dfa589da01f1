import re
from email.utils import parseaddr
from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from audits.forms.fields import Prose, one_line
from audits.models import ApiToken, Membership, Team, User
from audits.models.invitations import MOST_AT_ONCE

ROLES = Membership.Role.choices
EMAIL_MAX = 254


class TeamForm(forms.ModelForm):
    class Meta:
        model = Team
        fields = ["name"]

    def clean_name(self) -> str:
        return one_line(Team, "name", self.cleaned_data["name"])


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=ROLES)


class InviteForm(forms.Form):
    emails = Prose(
        label="E-mail addresses",
        max_length=MOST_AT_ONCE * EMAIL_MAX,
        help_text="One a line. Each gets a link of its own.",
    )
    role = forms.ChoiceField(choices=ROLES, initial=Membership.Role.EDITOR)

    def clean_emails(self) -> list[str]:
        """Each address once, in the order in which they were written."""
        emails, faults = _addresses(self.cleaned_data["emails"])
        if not emails and not faults:
            faults = ["Write at least one address."]
        if len(emails) > MOST_AT_ONCE:
            faults.append(
                f"These are {len(emails)} addresses; {MOST_AT_ONCE} at once is the most."
            )
        if faults:
            raise ValidationError(faults)
        return emails


def _addresses(text: str) -> tuple[list[str], list[str]]:
    """What people paste: one a line or by comma, with a name before it or without."""
    emails: dict[str, None] = {}
    faults = []
    for number, line in enumerate(text.split("\n"), start=1):
        for part in filter(str.strip, re.split("[,;]", line)):
            email = (parseaddr(part)[1] or part).strip().lower()
            try:
                validate_email(email)
            except ValidationError:
                faults.append(f"Line {number}: “{part.strip()[:80]}” is no e-mail address.")
            emails[email] = None
    return list(emails), faults


class SettingsForm(forms.Form):
    """The team's name, and when its evidence grows stale by itself."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(max_length=100)
    link_days = forms.IntegerField(label="Links", min_value=1, max_value=3650, required=False)
    file_days = forms.IntegerField(label="Files", min_value=1, max_value=3650, required=False)
    note_days = forms.IntegerField(label="Notes", min_value=1, max_value=3650, required=False)
    run_days = forms.IntegerField(label="Probe runs", min_value=1, max_value=3650, required=False)

    DAYS = ("link_days", "file_days", "note_days", "run_days")

    def clean_name(self) -> str:
        return one_line(Team, "name", self.cleaned_data["name"])

    def clean(self) -> None:
        if self.has_error("version"):
            # Nobody sees the hidden field, so its error stands above the form.
            raise ValidationError("The page sent no proper version. Load it again, then save.")

    def days(self):
        """The fields of a kind of evidence each."""
        return [self[name] for name in self.DAYS]


class RemovalForm(forms.Form):
    """Who sees to what the person leaves open."""

    heir = forms.ModelChoiceField(
        User.objects.none(),
        label="Hand the open answers to",
        required=False,
        empty_label="Nobody for now",
    )

    def __init__(self, *args, member: Membership, may_edit: bool, **kwargs):
        super().__init__(*args, **kwargs)
        people = member.team.people(Membership.EDIT).exclude(pk=member.user_id)
        cast(forms.ModelChoiceField, self.fields["heir"]).queryset = people
        if not may_edit:
            del self.fields["heir"]


class TokenForm(forms.Form):
    name = forms.CharField(
        max_length=60,
        help_text="After what uses it, such as “Deploy pipeline”.",
    )

    def clean_name(self) -> str:
        return one_line(ApiToken, "name", self.cleaned_data["name"])
