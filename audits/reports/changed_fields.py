"""Two values of one field, where they differ."""

from collections.abc import Mapping

Change = dict[str, str]


def fields(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> list[Change]:
    """`{"name", "before", "after"}` of each that differs; what is not there is empty text."""
    return [
        {"name": name, "before": before.get(name) or "", "after": after.get(name) or ""}
        for name in dict.fromkeys((*before, *after))
        if (before.get(name) or "") != (after.get(name) or "")
    ]
