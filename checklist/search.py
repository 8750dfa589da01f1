"""Finding items by words, and saying where the words stand."""

import re
from collections.abc import Callable
from typing import NamedTuple

from checklist import markdown, probe_names
from checklist.models import FixedQuerySet, Item

MAX_TERMS = 8
MAX_LENGTH = 200
EXCERPT_LENGTH = 180


WORD = re.compile(r"[^\W_]+")


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
    "Probes": lambda item: "\n".join(map(probe_names.in_words, item.probes)),
    "Source": _places,
    "Identifier": lambda item: item.ref,
}


def searchable(item: Item) -> str:
    """Everything in an item that a search can find, as `_folded` text."""
    return _folded("\n".join(text(item) for text in FIELDS.values()))


def terms(query: str) -> list[str]:
    """What is sought: each word once, at most MAX_TERMS. "retry-after" is one, of two parts."""
    words = (_folded(word).strip() for word in query[:MAX_LENGTH].split())
    return [word for word in dict.fromkeys(words) if word][:MAX_TERMS]


def matching(items: FixedQuerySet, wanted: list[str]) -> FixedQuerySet:
    """The items in which each term begins some word. Without terms there is nothing to find."""
    if not wanted:
        return items.none()
    for term in wanted:
        items = items.filter(search_text__contains=f" {term}")
    return items


def _folded(text: str) -> str:
    """Casefolded words with a space before each, so that " rate" finds rates but not separate."""
    return " " + " ".join(WORD.findall(text.casefold()))


def _in(text: str, term: str) -> bool:
    return f" {term}" in _folded(text)


def explain(item: Item, wanted: list[str]) -> Result:
    """Why the item was found: its title, and an excerpt for every word that is not in it."""
    missing = {term for term in wanted if not _in(item.title, term)}
    excerpts = []
    for field, text_of in FIELDS.items():
        if not missing:
            break
        text = text_of(item)
        if found := {term for term in missing if _in(text, term)}:
            missing -= found
            excerpts.append(Excerpt(field, _highlight(_around(text, wanted, found), wanted)))
    return Result(item, _highlight(item.title, wanted), excerpts)


def _pattern(wanted: list[str] | set[str]) -> re.Pattern[str]:
    # Longest first, so that "key" does not cut "keys" short.
    ordered = sorted(wanted, key=len, reverse=True)
    phrases = (r"[\W_]+".join(map(re.escape, term.split())) for term in ordered)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(phrases)})", re.IGNORECASE)


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
