"""The fields in which two versions of one thing differ beyond white space."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from checklist.schema import Part
from checklist.wording import Piece, compare

Value = str | Part | list
# The names of fields, as a page shows them.
LABELS = {
    "title": "Title",
    "severity": "Severity",
    "guidance": "What to do",
    "why": "Why it matters",
    "verify": "How to verify",
    "evidence": "Evidence that convinces",
    "probes": "Probes",
    "parameters": "Parameters",
    "source": "Source",
    "see_also": "See also",
    "summary": "Summary",
    "text": "Text",
    "note": "Note",
    "version": "Version",
    "slug": "Slug",
}


@dataclass(frozen=True)
class FieldChange:
    """A field that differs, as text; lists have a line an entry."""

    name: str
    old: str
    new: str

    @property
    def label(self) -> str:
        return LABELS.get(self.name, self.name)

    @cached_property
    def pieces(self) -> list[Piece]:
        return compare(self.old, self.new)


def fields_between(old: Part, new: Part, names: Sequence[str]) -> tuple[FieldChange, ...]:
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in names)
    return tuple(
        FieldChange(name, _text(was), _text(now))
        for name, was, now in pairs
        if was != now and not _alike(was, now)
    )


def _alike(old: Value, new: Value) -> bool:
    """Whether they differ in white space at most."""
    if isinstance(old, str) and isinstance(new, str):
        return old.split() == new.split()
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_alike, old, new))
    return isinstance(new, Part) and all(_alike(getattr(old, name), part) for name, part in new)


def _text(value: Value) -> str:
    """A field's value as a person would read it."""
    if isinstance(value, list):
        return "\n".join(map(_text, value))
    if isinstance(value, Part):
        return " · ".join(_text(part) for _, part in value if part)
    return value
