"""The forms of a page, as a browser would send them untouched."""

import re
from html import unescape

FORM = re.compile(r'<form\b[^>]*\baction="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
# Hidden fields, and the button that is pressed where it has a value.
FIELD = re.compile(r'<(?:input[^>]*\btype="hidden"|button\b)[^>]*>')
NAME = re.compile(r'\bname="([^"]*)"')
VALUE = re.compile(r'\bvalue="([^"]*)"')


def forms(html: str, ending: str) -> list[dict]:
    """Each form whose address ends so: its path, and what it would send."""
    return [
        {"path": unescape(action), "form": fields(inner)}
        for action, inner in FORM.findall(html)
        if action.endswith(ending)
    ]


def fields(html: str) -> dict[str, str]:
    found = {}
    for tag in FIELD.findall(html):
        if name := NAME.search(tag):
            value = VALUE.search(tag)
            found[unescape(name[1])] = unescape(value[1]) if value else ""
    return found
