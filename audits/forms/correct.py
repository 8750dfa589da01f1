from typing import Any


def correct(form: Any, **values: Any) -> None:
    """Show other values in hidden fields than were sent; what was typed and its errors stay."""
    data = form.data.copy()
    for name, value in values.items():
        data[name] = value
    form.data = data
