"""What is sent in the room beside decisions: polls; and what an action item begins with."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from audits.forms.fields import Prose
from audits.models import Action, AgendaPoint
from audits.models.polls import PRESETS

OWN = "own"
USUAL_TIME = dt.timedelta(days=7)


class PollForm(forms.Form):
    question = forms.CharField(max_length=300)
    preset = forms.ChoiceField(
        choices=[
            *((name, ", ".join(choices)) for name, choices in PRESETS.items()),
            (OWN, "Own…"),
        ],
        widget=forms.RadioSelect,
        label="Choices",
    )
    choices = Prose(
        label="Own choices",
        required=False,
        max_length=600,
        help_text="Two to six, one a line.",
    )

    @property
    def asked(self) -> list[str]:
        """The choices that were meant."""
        preset = self.cleaned_data["preset"]
        if preset in PRESETS:
            return list(PRESETS[preset])
        return self.cleaned_data["choices"].splitlines()


def usual(point: AgendaPoint) -> dict[str, Any]:
    """What an action item of the point most often says: the plan of its answer."""
    today = timezone.localdate()
    owner, due = None, None
    if point.answer is not None:
        owner, due = point.answer.owner_id, point.answer.due
    return {"owner": owner, "due": due if due and due >= today else today + USUAL_TIME}


def of_action(action: Action) -> dict[str, Any]:
    return {
        "version": action.version,
        "title": action.title,
        "owner": action.owner_id,
        "due": action.due,
    }
