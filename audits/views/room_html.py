"""HTML of the room that is the same for everybody of a variant, with a placeholder for what is
each one's own."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from audits.http import Request
from audits.views.live_parts import TOKEN, with_placeholders


def shared(template: str, context: Mapping[str, Any]) -> str:
    """The template with the placeholder where its forms have their token. What people wrote stays
    text, be it that very word: a form of theirs must not carry anybody's token away."""
    mark = f"here{secrets.token_hex(8)}"
    html = render_to_string(template, {**context, "csrf_token": mark})
    return with_placeholders(html, {mark: TOKEN})


def own(request: Request, html: str) -> SafeString:
    """The same for whoever asks."""
    return SafeString(html.replace(TOKEN, get_token(request)))  # nosec B703: made by templates
