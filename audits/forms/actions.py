"""Action items: what is to be done, by whom, until when; and what came of it."""

from typing import Any, cast

from django import forms

from audits.forms.answers import OwnerField, VersionedForm
from audits.forms.fields import Prose, one_line
from audits.forms.projects import DateInput
from audits.models import Action, Audit, Team, User
from audits.models.lifecycle import SEALED


class ActionForm(VersionedForm):
    """Of an action item that there is; `owner` has it now and may keep it whoever has left."""

    title = forms.CharField(
        label="What is to be done",
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    owner = OwnerField(User.objects.none(), empty_label="Choose…", label="Who sees to it")
    due = forms.DateField(label="Until when", widget=DateInput(), help_text="The last good day.")

    def __init__(self, *args: Any, team: Team, owner: User | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        cast(OwnerField, self.fields["owner"]).offer(team, owner)

    def clean_title(self) -> str:
        return one_line(Action, "title", self.cleaned_data["title"])


class AuditField(forms.ModelChoiceField):
    def label_from_instance(self, audit: Any) -> str:
        return f"{audit.project.name}: {audit.title}"


class NewActionForm(ActionForm):
    """About one of the team's audits that are not sealed; `answer` is the item that the page was
    asked for."""

    audit = AuditField(Audit.objects.none(), empty_label="Choose…")
    answer = forms.IntegerField(required=False, widget=forms.HiddenInput)
    field_order = ("title", "owner", "due", "audit")

    def __init__(self, *args: Any, team: Team, **kwargs: Any):
        super().__init__(*args, team=team, **kwargs)
        audits = Audit.objects.filter(project__team=team).exclude(state__in=SEALED)
        cast(AuditField, self.fields["audit"]).queryset = audits.select_related(
            "project"
        ).order_by("project__name", "-created_at")


class CloseForm(VersionedForm):
    """The two buttons send the state."""

    state = forms.ChoiceField(
        choices=[("done", "Done"), ("dropped", "Dropped")],
        widget=forms.HiddenInput,
        error_messages={"required": "Press one of the two buttons."},
    )
    closing = Prose(
        required=False,
        max_length=2000,
        rows=2,
        label="What was done, or why not",
        help_text="Stands in the history; what is dropped needs a reason.",
    )
