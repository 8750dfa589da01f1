"""Where a team's alerts go."""

from typing import Any, cast

from django import forms

from audits.alerts.base import Severity
from audits.forms.fields import one_line
from audits.forms.watches import MuteForm
from audits.models import Channel, Environment, Team, User, Watch
from audits.models.alert_words import probe_title
from audits.models.channels import Wish

SEVERITIES = [
    (Severity.CRITICAL.value, "Critical: production fails, 100% of a budget used"),
    (Severity.WARNING.value, "Warning: staging fails, 80% used, an action item is late"),
    (Severity.INFO.value, "Info: development fails, 50% used, an action item is due soon"),
]
SECRETS = {
    Channel.Kind.SLACK: (
        "Address of the incoming webhook",
        "From Slack: “Incoming Webhooks”, https://hooks.slack.com/services/…",
    ),
    Channel.Kind.PAGERDUTY: (
        "Integration key",
        "From PagerDuty: the service’s integration “Events API v2”, 32 letters and digits.",
    ),
    Channel.Kind.WEBHOOK: ("Address", "It gets a signed POST with JSON; see docs/alerts.md."),
}
KEPT = " Empty keeps the one that there is."


class ChannelForm(forms.Form):
    """Of a new channel of that kind, or of `channel`. A secret is typed in and never shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(max_length=60, help_text="After who reads it, such as “On-call”.")
    secret = forms.CharField(
        max_length=2000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    people = forms.ModelMultipleChoiceField(
        User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Mail goes to these members, at the address of their account.",
        error_messages={"required": "Choose at least one member."},
    )
    kinds = forms.MultipleChoiceField(
        label="Environments",
        choices=Environment.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: all of them.",
    )
    severities = forms.MultipleChoiceField(
        choices=SEVERITIES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: all of them.",
    )
    reminders = forms.BooleanField(
        label="Reminders of action items too",
        required=False,
        initial=True,
        help_text="Once a day at most: what is due within two days, and what is late.",
    )
    on = forms.BooleanField(label="On: alerts are sent", required=False)
    new_signing_key = forms.BooleanField(
        label="Make a new signing key; the old one holds no more", required=False
    )

    def __init__(self, *args, team: Team, kind: str, channel: Channel | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if kind == Channel.Kind.EMAIL:
            del self.fields["secret"]
            people = cast(forms.ModelMultipleChoiceField, self.fields["people"])
            people.queryset = User.objects.filter(teams=team, is_active=True).order_by("name")
        else:
            del self.fields["people"]
            secret = self.fields["secret"]
            secret.label, secret.help_text = SECRETS[Channel.Kind(kind)]
        if kind not in Channel.CHATS:
            del self.fields["reminders"]
        if channel is None:
            for name in ("version", "on", "new_signing_key"):
                del self.fields[name]
            return
        if kind != Channel.Kind.EMAIL:
            self.fields["secret"].required = False
            self.fields["secret"].help_text += KEPT
        if kind != Channel.Kind.WEBHOOK:
            del self.fields["new_signing_key"]

    def clean_name(self) -> str:
        return one_line(Channel, "name", self.cleaned_data["name"])

    def clean(self) -> None:
        if self.has_error("version"):
            # Nobody sees the hidden field, so its error stands above the form.
            raise forms.ValidationError(
                "The page sent no proper version. Load it again, then save."
            )

    def wish(self) -> Wish:
        given = self.cleaned_data
        return Wish(
            name=given["name"],
            secret=given.get("secret", ""),
            people=tuple(given.get("people", ())),
            kinds=tuple(given["kinds"]),
            severities=tuple(given["severities"]),
            on=given.get("on", True),
            reminders=given.get("reminders", True),
            new_signing_key=given.get("new_signing_key", False),
        )


class WatchChoice(forms.ModelChoiceField):
    def label_from_instance(self, watch: Any) -> str:
        environment = watch.environment
        return f"{environment.project.name}, {environment.name}: {probe_title(watch)}"


class WatchMuteForm(MuteForm):
    """Which watch tells nothing, too."""

    watch = WatchChoice(Watch.objects.none(), label="Probe", empty_label="Choose…")
    field_order = ("watch", "until", "why")

    def __init__(self, *args, team: Team, **kwargs):
        super().__init__(*args, **kwargs)
        watches = Watch.objects.known().filter(environment__project__team=team)
        cast(WatchChoice, self.fields["watch"]).queryset = watches.select_related(
            "environment__project"
        ).order_by("environment__project__name", "environment__name", "probe")
