"""`{% load texts %}`, then `{{ item.guidance|markdown }}`."""

from django import template
from markupsafe import Markup

from checklist import markdown as texts

register = template.Library()


@register.filter
def markdown(text: str) -> Markup:
    """Markdown as safe HTML; stands in a `<div class="prose">`."""
    return texts.html(text or "")
