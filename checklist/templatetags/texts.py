"""`{% load texts %}`, then `{{ item.guidance|markdown }}` or `{{ condition.text|visible }}`."""

from django import template
from markupsafe import Markup

from checklist import markdown as texts

register = template.Library()


@register.filter
def markdown(text: str) -> Markup:
    """Markdown as safe HTML; stands in a `<div class="prose">`."""
    return texts.html(text or "")


@register.filter
def visible(text: str) -> str:
    """Several lines without what nobody sees, as a report has them."""
    return texts.INVISIBLE.sub("", text)
