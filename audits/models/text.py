"""What people write, made fit to be stored: the same rules on every database."""

import re

from django.db import models

from audits.models.errors import Refused

# PostgreSQL stores no NUL, and UTF-8 has no form for half of a surrogate pair.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

# In a line of its own right, a name or a title, what nobody sees can only deceive: a direction
# override beside a sign-off makes "no-go" read as something else, a space without width makes
# two names of one.
HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def clean(model: type[models.Model], name: str, text: str, *, field: str = "") -> str:
    """The text as the column `name` of `model` keeps it: see `clean_text`.

    `field` is what the form calls it, where that is not `name`.
    """
    column = model._meta.get_field(name)
    return clean_text(
        text,
        getattr(column, "max_length", None) or 0,
        field=field or name,
        one_line=isinstance(column, models.CharField),
    )


def clean_text(text: str, limit: int, *, field: str, one_line: bool = False) -> str:
    """The text without white space around it and with plain line ends.

    Refused when it is longer than `limit` characters or holds one that no database stores, or
    that nobody sees in one line.
    """
    text = " ".join(text.split()) if one_line else re.sub("\r\n?", "\n", text).strip()
    if found := UNSTORABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise Refused(
            f"Line {line} holds a character that cannot be stored (U+{ord(found[0]):04X}). "
            "Remove it and send the text again.",
            field,
        )
    if one_line and (found := HIDDEN.search(text)):
        raise Refused(
            f"This holds a character that nobody can see (U+{ord(found[0]):04X}). "
            "Remove it and send the text again.",
            field,
        )
    if len(text) > limit:
        raise Refused(f"This is {len(text):,} characters long; {limit:,} is the most.", field)
    return text
