"""Long lists are drawn by macros that Jinja2 compiles: hundreds of rows are no work for Django's
interpreter. The rest of a page stays a Django template."""

import datetime as dt
from functools import cache
from typing import Any

from django.conf import settings
from jinja2 import Environment, FileSystemLoader, StrictUndefined


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
    environment.filters["day"] = day
    return environment.get_template(name).module


def day(date: dt.date) -> str:
    """Such as 1 Dec 2026."""
    return f"{date.day} {date:%b %Y}"
