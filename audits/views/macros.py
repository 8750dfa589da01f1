"""Long lists are drawn by macros that Jinja2 compiles: hundreds of rows are no work for Django's
interpreter. The rest of a page stays a Django template."""

import datetime as dt
from functools import cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup


@cache
def macros(name: str) -> Any:
    """Those of a file of templates/, as functions that return safe HTML."""
    environment = Environment(
        autoescape=True,
        loader=FileSystemLoader(settings.BASE_DIR / "templates"),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(day=day, day_of_year=day_of_year, moment=moment)
    environment.globals.update(state_mark=state_mark, severity_mark=severity_mark)
    return environment.get_template(name).module


def day(date: dt.date) -> str:
    """Such as 1 Dec 2026."""
    return f"{date.day} {date:%b %Y}"


def moment(at: dt.datetime) -> str:
    """Such as 1 Dec, 14:30 UTC."""
    at = at.astimezone(dt.UTC)
    return f"{at.day} {at:%b, %H:%M} UTC"


def day_of_year(date: dt.date) -> str:
    """Such as 1 Dec."""
    return f"{date.day} {date:%b}"


@cache
def state_mark(state: str) -> Markup:
    """As everywhere, made once for each state."""
    return _markup("partials/state.html", state=state)


@cache
def severity_mark(severity: str) -> Markup:
    return _markup("partials/severity.html", severity=severity)


def _markup(template: str, **context: str) -> Markup:
    # What strip() leaves of safe text is no longer marked as such, and would be escaped.
    return Markup(render_to_string(template, context).strip())  # noqa: S704 - our own template
