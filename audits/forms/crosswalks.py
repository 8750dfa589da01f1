from django import forms
from django.core.exceptions import ValidationError

# About 8,000 relations; the whole file stands on the page that shows what it would change.
MOST_BYTES = 2_000_000


class CrosswalkForm(forms.Form):
    """A crosswalk as a file, or as text to be looked over and changed."""

    file = forms.FileField(
        required=False,
        allow_empty_file=True,
        help_text="A .yaml file of at most 2 MB, in the format of docs/crosswalk-format.md.",
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
    )
    text = forms.CharField(
        required=False,
        strip=False,
        label="Or its text",
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "data-code": True}),
    )

    def clean(self) -> None:
        if self.has_error("file") or self.has_error("text"):
            return
        if len(self.data_bytes()) > MOST_BYTES:
            raise ValidationError("That is more than 2 MB. Split it into several crosswalks.")
        if not self.data_bytes().strip():
            raise ValidationError("Choose a file, or write the text of one.")

    def data_bytes(self) -> bytes:
        """The bytes of the file, or else of the text. Lines end alike, since what came as a file
        comes back as a text."""
        if file := self.cleaned_data.get("file"):
            file.seek(0)
            data = file.read(MOST_BYTES + 1)
        else:
            data = self.cleaned_data.get("text", "").encode()
        return data.replace(b"\r\n", b"\n")
