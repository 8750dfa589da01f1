from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SELECTED = SafeString(" selected")


def options(pairs: Iterable[tuple[str, str]], chosen: str | None, empty: str) -> SafeString:
    """Of a select, with one before them that chooses nothing: hundreds of people are no work for
    a template of their own each."""
    chosen = chosen or ""
    parts = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, SELECTED if value == chosen else "", label) for value, label in pairs),
    )
    return format_html('<option value="">{}</option>{}', empty, parts)
