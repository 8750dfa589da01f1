"""What a team declares of an environment, and where its keys are to be had."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms

from audits.forms.fields import Prose
from audits.models import Environment, KeyReference
from audits.models.environment_terms import LABELS
from audits.models.errors import Refused
from audits.models.keys import LIKE_A_KEY

ADDRESS = forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"})
CODE = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
# What the form groups together, and why it is asked for.
GROUPS = (
    ("What it is", "", ("name", "kind")),
    (
        "The API",
        "What the probes call with this environment's keys.",
        ("api_url", "api_version", "credential", "workspace_id", "models", "status_url"),
    ),
    (
        "Money",
        "What the probes compare spending with. Paid probes never pass the daily cap.",
        ("budget_amount", "budget_currency", "daily_cap"),
    ),
    (
        "The application",
        "Leave empty what there is not: the probes that need it say so.",
        (
            *("page_url", "chat_url", "chat_method", "chat_template"),
            *("health_url", "live_url", "ready_url", "metrics_url", "log_url"),
        ),
    ),
    ("What you ask of it", "", ("rotation_days", "p95_ms", "rate_burst")),
)
HELP = {
    "name": "Such as “production, eu-west”.",
    "api_url": "https://api.anthropic.com, or the gateway that the application calls.",
    "api_version": "What the application sends as anthropic-version.",
    "workspace_id": "As the Console shows it. An identity-linked key needs it.",
    "models": "The ids that the application sends, one a line.",
    "budget_amount": "What a month may cost.",
    "daily_cap": "In dollars. Opt-in probes stop before a day costs more than this.",
    "page_url": "The page that users open: no key may be in it.",
    "chat_url": "Where the application's own chat requests go. app-stream sends it a short "
    "message a day, which the application pays for.",
    "chat_template": "The request's JSON body, with {{message}} where the user's text goes.",
    "rotation_days": "Days after which a key is to be replaced.",
    "p95_ms": "Milliseconds within which 95 of 100 answers are to be complete.",
    "rate_burst": "Requests that app-rate-limit sends at most, as one user.",
    "log_url": "JSON Lines of the application's request log; a sample is fetched.",
}

TEXT: dict[str, Any] = {"required": False, "max_length": 4000}


class Group(NamedTuple):
    title: str
    about: str
    fields: list[forms.BoundField]


class SettingsForm(forms.ModelForm):
    """`version` is that of the row which the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    models = Prose(label=LABELS["models"], help_text=HELP["models"], **TEXT)
    chat_template = Prose(label=LABELS["chat_template"], help_text=HELP["chat_template"], **TEXT)

    class Meta:
        model = Environment
        fields = [*LABELS]
        labels = LABELS
        help_texts = HELP
        widgets = dict.fromkeys([name for name in LABELS if name.endswith("_url")], ADDRESS) | {
            "workspace_id": CODE,
            "api_version": CODE,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.initial["models"] = "\n".join(self.instance.models)

    def groups(self) -> Iterator[Group]:
        for title, about, names in GROUPS:
            yield Group(title, about, [self[name] for name in names])

    def _post_clean(self) -> None:
        """The model's own verb checks what was written, not a copy of its rules here."""

    def written(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in LABELS}

    def refuse(self, refusal: Refused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class KeyForm(forms.Form):
    """A reference to a key, or the key itself; of the latter nothing is ever shown again."""

    purpose = forms.ChoiceField(
        choices=KeyReference.Purpose,
        label="What it is for",
        # Django's own words repeat what was sent, which may be a key.
        error_messages={"invalid_choice": "Choose one of these."},
    )
    label = forms.CharField(
        max_length=60,
        required=False,
        help_text="What you call it, such as “billing service”. Never the key.",
        widget=CODE,
    )
    header = forms.CharField(
        max_length=60,
        required=False,
        label="Header",
        help_text="For the application's own endpoint alone: the header that carries the value.",
        widget=CODE,
    )
    reference = forms.CharField(
        max_length=500,
        required=False,
        help_text="Where the worker finds the key: env:CLAUDE_KEY_PRODUCTION, file:production, "
        "keyring:service/user, vault:path#field, aws-sm:name#field, "
        "gcp-sm:projects/…/secrets/…/versions/….",
        widget=CODE,
    )
    value = forms.CharField(
        max_length=4000,
        required=False,
        label="Or the value itself",
        help_text="Encrypted at rest, and shown to nobody again. Item 1 of the launch checklist "
        "asks for more: a secret manager, named by a reference.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        strip=True,
    )

    def refuse(self, refusal: Refused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))

    def forget_keys(self) -> None:
        """What looks like a key is not shown again, whichever field it was pasted into: the page
        may be kept by a browser, or be on a screen that others see."""
        self.data = {
            name: "" if LIKE_A_KEY.search(text) else text for name, text in self.data.items()
        }
