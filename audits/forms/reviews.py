"""What plans a review, arranges its agenda and cancels it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from audits.forms.bulk import People, PersonField
from audits.forms.fields import Prose, one_line
from audits.models import AgendaPoint, Answer, Membership, Review
from audits.models.quorum import Rules
from audits.models.review_terms import MINUTES, PLACE_MAX, TITLE_MAX, ReviewTerms

REASON_MAX = 2000
HOUR = dt.time(10)


class ReviewForm(forms.Form):
    """`version` is that of the terms which the page showed; a new review has none."""

    title = forms.CharField(max_length=TITLE_MAX)
    starts_at = forms.DateTimeField(
        label="Start (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="Date and time in UTC, as everywhere here.",
        error_messages={"invalid": "Write date and time as 2026-11-30T10:00."},
    )
    planned_minutes = forms.IntegerField(
        label="Length in minutes", min_value=MINUTES[0], max_value=MINUTES[1]
    )
    place = forms.CharField(
        required=False,
        max_length=PLACE_MAX,
        help_text="The link of the call, or the name of a room.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    facilitator = PersonField(help_text="Prepares the meeting and may take the lead in it.")
    roles = forms.MultipleChoiceField(
        label="Roll call",
        widget=forms.CheckboxSelectMultiple,
        help_text="Roles of the sign-off policy. Each speaks for itself before the outcome.",
        error_messages={"required": "Choose at least one role that is asked."},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        people: People,
        rules: Rules,
        review: Review | None = None,
        title: str = "",
    ):
        super().__init__(data, initial=_first(title, rules) if review is None else _now(review))
        may = {pk: people.names[pk] for pk in people.names if people.role[pk] in Membership.EDIT}
        if review is None:
            del self.fields["version"]
        else:
            may.setdefault(str(review.facilitator_id), review.facilitator_name)
            people.named.setdefault(str(review.facilitator_id), review.facilitator)
        self.fields["facilitator"].offer(people, may)  # type: ignore[attr-defined]
        known = [role.name for role in rules.roles]
        asked = [name for name in (review.roles if review else ()) if name not in known]
        self.fields["roles"].choices = [(name, name) for name in (*known, *asked)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        if self.has_error("version"):
            # Nobody sees the hidden field, so its error stands above the form.
            raise forms.ValidationError(
                "The page sent no proper version. Load it again, then save."
            )
        return super().clean()

    def terms(self) -> ReviewTerms:
        told = self.cleaned_data
        names = ("title", "starts_at", "planned_minutes", "place", "facilitator")
        return ReviewTerms(**{name: told[name] for name in names}, roles=tuple(told["roles"]))


def _first(title: str, rules: Rules) -> dict[str, Any]:
    """A new one: on the next working day."""
    day = timezone.localdate() + dt.timedelta(days=1)
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    return {
        "title": title,
        "starts_at": dt.datetime.combine(day, HOUR, dt.UTC),
        "planned_minutes": 30,
        "roles": [role.name for role in rules.roles],
    }


def _now(review: Review) -> dict[str, Any]:
    told = vars(review.terms) | {"facilitator": str(review.facilitator_id)}
    return told | {"roles": list(review.roles), "version": review.terms_version}


class CancelForm(forms.Form):
    reason = Prose(
        max_length=REASON_MAX, help_text="For those who were invited. It stands in the history."
    )


class TopicForm(forms.Form):
    title = forms.CharField(
        max_length=300,
        label="Your own topic",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_title(self) -> str:
        return one_line(AgendaPoint, "title", self.cleaned_data["title"])


class ItemForm(forms.Form):
    """Any item of the audit, by its number; what follows the number is for who reads it."""

    item = forms.CharField(
        max_length=400,
        label="An item of the audit",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "list": "audit-items", "placeholder": "Number or words"}
        ),
    )

    def __init__(self, data: QueryDict | None = None, *, answers: Sequence[Answer]):
        super().__init__(data)
        self.answers = answers

    def clean_item(self) -> Answer:
        said = " ".join(self.cleaned_data["item"].split())
        number = said.split(" ")[0].casefold() if said else ""
        for answer in self.answers:
            if answer.label.casefold() == number:
                return answer
        raise forms.ValidationError(
            f"No item of this audit has the number “{said[:40]}”: choose one of the list."
        )
