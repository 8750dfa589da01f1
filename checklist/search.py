"""Finding items by words, and saying where the words stand."""

import re
from collections.abc import Callable
from typing import NamedTuple

from checklist import markdown
from checklist.models import FixedQuerySet, Item

MAX_TERMS = 8
MAX_LENGTH = 200
EXCERPT_LENGTH = 180


class Excerpt(NamedTuple):
    """`pieces` are (text, whether it is one of the words that were sought)."""

    field: str
    pieces: list[tuple[str, bool]]


class Result(NamedTuple):
    item: Item
    title: list[tuple[str, bool]]
    excerpts: list[Excerpt]


def _parameters(item: Item) -> str:
    return "\n".join(
        f"{entry['name']}: {entry['value']} {entry['note']}".rstrip() for entry in item.parameters
    )


def _evidence(item: Item) -> str:
    return "\n".join(entry["text"] for entry in item.evidence)


def _places(item: Item) -> str:
    return "\n".join(entry["place"] for entry in [item.source, *item.see_also])


# In the order in which a person would look.
FIELDS: dict[str, Callable[[Item], str]] = {
    "Title": lambda item: item.title,
    "What to do": lambda item: markdown.plain(item.guidance),
    "Why it matters": lambda item: markdown.plain(item.why),
    "How to verify": lambda item: markdown.plain(item.verify),
    "Parameters": _parameters,
    "Evidence": _evidence,
    "Probes": lambda item: " ".join(item.probes),
    "Source": _places,
    "Identifier": lambda item: item.ref,
}


def searchable(item: Item) -> str:
    """Everything in an item that a search can find, casefolded."""
    return "\n".join(text(item) for text in FIELDS.values()).casefold()


def terms(query: str) -> list[str]:
    """The words of a query, casefolded, each once, at most MAX_TERMS."""
    words = query[:MAX_LENGTH].replace("\0", " ").casefold().split()
    return list(dict.fromkeys(words))[:MAX_TERMS]


def matching(items: FixedQuerySet, wanted: list[str]) -> FixedQuerySet:
    """The items in which every one of the words stands, somewhere."""
    for term in wanted:
        items = items.filter(search_text__contains=term)
    return items


def explain(item: Item, wanted: list[str]) -> Result:
    """Why the item was found: its title, and an excerpt for every word that is not in it."""
    missing = {term for term in wanted if term not in item.title.casefold()}
    excerpts = []
    for field, text_of in FIELDS.items():
        if not missing:
            break
        text = text_of(item)
        folded = text.casefold()
        if found := {term for term in missing if term in folded}:
            missing -= found
            excerpts.append(Excerpt(field, _highlight(_around(text, wanted, found), wanted)))
    return Result(item, _highlight(item.title, wanted), excerpts)


def _pattern(words: list[str] | set[str]) -> re.Pattern[str]:
    # Longest first, so that "key" does not cut "keys" short.
    ordered = sorted(words, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered)), re.IGNORECASE)


def _around(text: str, wanted: list[str], found: set[str]) -> str:
    """About EXCERPT_LENGTH characters of the text around the first of the words found."""
    text = " ".join(text.split())
    match = _pattern(found).search(text) or _pattern(wanted).search(text)
    start = max(0, (match.start() if match else 0) - EXCERPT_LENGTH // 3)
    end = min(len(text), start + EXCERPT_LENGTH)
    if start:
        start = text.find(" ", start, match.start() if match else end) + 1 or start
    if end < len(text):
        end = max(text.rfind(" ", start, end), match.end() if match else 0)
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"


def _highlight(text: str, wanted: list[str]) -> list[tuple[str, bool]]:
    pieces, end = [], 0
    for match in _pattern(wanted).finditer(text):
        pieces += [(text[end : match.start()], False), (match[0], True)]
        end = match.end()
    pieces.append((text[end:], False))
    return [piece for piece in pieces if piece[0]]
