"""Faults of a definition, in words and with a place in the file.

`within` translates what pydantic found in single values; `across` finds what lies between values:
ids that stand twice, sources that cite no document, too many items.
"""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from checklist.faults import Fault, shown
from checklist.formats.nodes import Kind, Mapping, Node, Scalar, Sequence

MAX_ITEMS = 20_000

SHAPES: dict[type, str] = {Mapping: "a mapping", Sequence: "a list", Scalar: "text"}
# Remedies for a missing field, where "write a text" would not do.
EXAMPLES = {
    "slug": "slug: my-checklist",
    "version": 'version: "1.0.0"',
    "severity": "severity: blocker, major or minor",
    "kind": "kind: link, file, note or probe",
    "id": "id: a-name-that-never-changes",
    "documents": "documents: with the id and title of each source",
    "sections": "sections: with at least one section",
    "items": "items: with at least one item",
    "evidence": "evidence: with at least one kind and text",
    "source": "source: {document: …, place: …}",
    "document": "document: with the id of one of the documents",
}


def plain(node: Node) -> object:
    """The node without its marks. What is not text becomes None, so that pydantic refuses it."""
    match node:
        case Mapping(pairs=pairs):
            return {key: plain(value) for key, (_, value) in pairs.items()}
        case Sequence(items=items):
            return [plain(item) for item in items]
        case Scalar(value=value, kind=Kind.TEXT):
            return value
    return None


def within(root: Node, error: ValidationError, model: type[BaseModel]) -> Iterator[Fault]:
    """One fault for each of pydantic's errors, save for values that have a fault already."""
    for details in error.errors(include_url=False, include_input=False):
        if (fault := _fault(root, details, model)) is not None:
            yield fault


def _fault(root: Node, details: ErrorDetails, model: type[BaseModel]) -> Fault | None:
    *path, last = details["loc"] or ("",)
    parent = _follow(root, path)
    name = f'"{shown(last)}"' if isinstance(last, str) else f'each of "{path[-1]}"'
    if details["type"] == "missing":
        problem = f"the field {name} is missing"
        remedy = f"add {EXAMPLES.get(str(last), f'{last}: and its text')}"
        return Fault(parent.line, parent.column, problem, remedy)
    if details["type"] == "extra_forbidden" and isinstance(parent, Mapping):
        key, _ = parent.pairs[str(last)]
        remedy = _suggest(key.value, _fields(model, path))
        return Fault(key.line, key.column, f"unknown field {name}", remedy)
    node = _follow(parent, [last] if details["loc"] else [])
    if isinstance(node, Scalar) and node.kind is Kind.REFUSED:
        return None
    return Fault(node.line, node.column, *_words(name if details["loc"] else "", node, details))


def _words(name: str, node: Node, details: ErrorDetails) -> tuple[str, str]:
    context = details.get("ctx", {})
    match details["type"]:
        case "wording":
            return f"{name} {context['problem']}", context["remedy"]
        case "literal_error" if isinstance(node, Scalar) and node.kind is Kind.TEXT:
            allowed = re.findall(r"'(.*?)'", context["expected"])
            return f'unknown {name.strip(chr(34))} "{shown(node.value)}"', _suggest(
                node.value, allowed
            )
        case "too_short":
            return f"{name} is empty", "add at least one entry"
        case "string_type" | "literal_error":
            return _not_text(name, node)
        case "list_type":
            return _not(name, node, "a list"), 'begin each entry with a hyphen: "- …"'
    remedy = "write fields as name: value"
    if not name:
        return f"the file holds {_shape(node)} instead of fields", f"{remedy}, beginning with slug"
    return _not(name, node, "a mapping"), remedy


def _not_text(name: str, node: Node) -> tuple[str, str]:
    if not isinstance(node, Scalar):
        return _not(name, node, "text"), "write one text"
    if node.kind is Kind.NOTHING:
        return f"{name} is empty", "write a text, or remove the field if it is optional"
    field = name.strip('"') + ": " if name[0] == '"' else ""
    return _not(name, node, "text"), f'put it in quotes: {field}"{shown(node.value)}"'


def _not(name: str, node: Node, wanted: str) -> str:
    return f"{name} is {_shape(node)} where {wanted} is wanted"


def _shape(node: Node) -> str:
    if isinstance(node, Scalar) and node.kind is not Kind.TEXT:
        return f"{node.kind} ({shown(node.value)})" if node.value else str(node.kind)
    return SHAPES[type(node)]


def _fields(model: type[BaseModel], path: list[int | str]) -> list[str]:
    for step in path:
        if isinstance(step, str):
            annotation: Any = model.model_fields[step].annotation
            model = getattr(annotation, "__args__", (annotation,))[0]
    return list(model.model_fields)


def _suggest(word: str, allowed: list[str]) -> str:
    allowed = allowed[:50]
    choices = f"allowed are {shown(', '.join(allowed), 200)}"
    close = get_close_matches(word.lower()[:80], allowed, n=1)
    return f'did you mean "{close[0]}"? {choices}' if close else choices


def _follow(node: Node, path: list[int | str]) -> Node:
    for step in path:
        if isinstance(node, Mapping):
            node = node.pairs[str(step)][1]
        elif isinstance(node, Sequence):
            node = node.items[int(step)]
    return node


def across(root: Node) -> Iterator[Fault]:
    """Faults between values; what has the wrong type is left to `within`."""
    sections = list(_entries(root, "sections"))
    items = [item for section in sections for item in _entries(section, "items")]
    documents = list(_entries(root, "documents"))
    entry_conditions = list(_entries(root, "entry_conditions"))
    exit_criteria = list(_entries(root, "exit_criteria"))
    named = {
        "document": documents,
        "entry condition": entry_conditions,
        "exit criterion": exit_criteria,
        "section": sections,
        "item": items,
    }
    if len(items) > MAX_ITEMS:
        place = items[MAX_ITEMS]
        problem = f"the file has {len(items):,} items, more than {MAX_ITEMS:,}"
        yield Fault(place.line, place.column, problem, "split it into several checklists")
    for what, entries in named.items():
        yield from _repeated(what, (_text(entry, "id") for entry in entries))
    for item in items:
        yield from _repeated("probe", _texts(item, "probes"))
    known = {name.value for entry in documents if (name := _text(entry, "id"))}
    for entry in (*items, *entry_conditions, *exit_criteria):
        yield from _uncited(entry, known)


def _repeated(what: str, names: Iterable[Scalar | None]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for name in names:
        if name is None:
            continue
        if name.value in first:
            problem = f'the {what} "{shown(name.value)}" stands here a second time'
            problem += f", first in line {first[name.value]}"
            yield Fault(name.line, name.column, problem, "give each its own, or keep one")
        first.setdefault(name.value, name.line)


def _uncited(entry: Mapping, known: set[str]) -> Iterator[Fault]:
    for source in (entry.get("source"), *_entries(entry, "see_also")):
        cited = _text(source, "document") if isinstance(source, Mapping) else None
        if cited and known and cited.value not in known:
            remedy = f"{_suggest(cited.value, sorted(known))}; or add it to documents"
            problem = f'"{shown(cited.value)}" is not among the documents'
            yield Fault(cited.line, cited.column, problem, remedy)


def _entries(node: Node | None, key: str) -> Iterator[Mapping]:
    entries = node.get(key) if isinstance(node, Mapping) else None
    if isinstance(entries, Sequence):
        yield from (entry for entry in entries.items if isinstance(entry, Mapping))


def _texts(node: Mapping, key: str) -> Iterator[Scalar]:
    entries = node.get(key)
    if isinstance(entries, Sequence):
        yield from (entry for entry in entries.items if isinstance(entry, Scalar))


def _text(node: Mapping, key: str) -> Scalar | None:
    value = node.get(key)
    return value if isinstance(value, Scalar) and value.kind is Kind.TEXT else None
