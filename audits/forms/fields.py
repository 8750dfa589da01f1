from django import forms
from django.db import models

from audits.models.errors import Refused
from audits.models.text import clean


class Prose(forms.CharField):
    """Several lines, measured as the browser measures them: a line's end is one character."""

    def __init__(self, *, rows: int = 3, **kwargs):
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


def one_line(model: type[models.Model], name: str, text: str) -> str:
    """The text as that column keeps it; the rule's sentence as the error of a form's field."""
    try:
        return clean(model, name, text)
    except Refused as refusal:
        raise forms.ValidationError(str(refusal)) from None
