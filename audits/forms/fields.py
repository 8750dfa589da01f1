from django import forms


class Prose(forms.CharField):
    """Several lines, measured as the browser measures them: a line's end is one character."""

    def __init__(self, *, rows: int = 3, **kwargs):
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")
