"""When a probe runs, and what it is given by hand."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from audits.forms.fields import one_line
from audits.models import Alerting, Watch
from audits.models.watches import MOST_MINUTES

LOG_BYTES = 20 * 1024 * 1024


class ScheduleForm(forms.Form):
    enabled = forms.BooleanField(required=False, label="Runs by itself")
    every_minutes = forms.IntegerField(
        min_value=0,
        max_value=MOST_MINUTES,
        label="Minutes between two runs",
        help_text="0: by hand alone. Runs are spread by a tenth, so that not all come at once.",
    )

    def __init__(self, data: QueryDict | None = None, *, watch: Watch) -> None:
        initial = {"enabled": watch.enabled, "every_minutes": watch.every_minutes}
        super().__init__(data, initial=initial, auto_id="schedule-%s")


class MuteForm(forms.Form):
    """Until when (UTC) no alert is told, and why."""

    until = forms.DateTimeField(
        label="Until (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="What still fails then is told then.",
    )
    why = forms.CharField(
        max_length=200, required=False, help_text="Such as “Maintenance of the gateway”."
    )

    def clean_why(self) -> str:
        return one_line(Alerting, "muted_why", self.cleaned_data["why"])


class LogForm(forms.Form):
    sample = forms.FileField(
        label="A sample of the request log",
        help_text="JSON Lines, at most 20 MB. It is looked at once and kept nowhere: what "
        "stays are counts, field names and model ids.",
    )

    def clean_sample(self) -> UploadedFile:
        sample: UploadedFile = self.cleaned_data["sample"]
        if sample.size is not None and sample.size > LOG_BYTES:
            raise forms.ValidationError("The sample is larger than 20 MB; take fewer lines.")
        return sample
