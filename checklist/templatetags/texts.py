"""`{% load texts %}`, then `{{ item.guidance|markdown }}`."""

from django import template
from django.utils.safestring import SafeString

from checklist import markdown as texts

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown as safe HTML; stands in a `<div class="prose">`."""
    return texts.html(text or "")
