from django import forms


class VerifyForm(forms.Form):
    """A PDF, or the digest that stands on it."""

    report = forms.FileField(
        required=False,
        label="The report as PDF",
        help_text="It is read and let go: nothing of it is kept.",
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
    )
    digest = forms.CharField(
        required=False,
        max_length=200,
        label="Or its digest",
        help_text="The 64 digits of its page “How to check this report”, or the 12 of its cover.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
        ),
    )

    def clean(self) -> dict:
        told = super().clean() or {}
        if not told.get("report") and not told.get("digest") and not self.errors:
            raise forms.ValidationError("Choose a PDF, or write its digest.")
        return told
