"""What a form that was sent and not taken shows beside what was typed."""

from typing import Any


def correct(form: Any, **values: Any) -> None:
    """Show other values in hidden fields than were sent; what was typed and its errors stay."""
    data = form.data.copy()
    for name, value in values.items():
        data[name] = value
    form.data = data


def explain(form: Any, error: Exception) -> None:
    """Why it was not taken: beside the field that the error names, else above the form."""
    field = getattr(error, "field", None)
    form.add_error(field if field in form.fields else None, str(error))
