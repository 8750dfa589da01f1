"""Faults of a definition, in words and with a place in the file.

`within` translates what pydantic found in single values; `across` finds what lies between values:
ids that stand twice, sources that cite no document, too many items.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from checklist import probe_names
from checklist.faults import Fault, shown, suggest
from checklist.formats.nodes import Kind, Mapping, Node, Scalar, Sequence

MAX_ITEMS = 20_000
NAME = r"[a-z0-9]+(-[a-z0-9]+)*"
# A probe, or one aspect of it.
PROBE_REF = re.compile(rf"{NAME}(\.{NAME})?")
# The only numbers that a field may ask for: how many, and how large.
COUNT = re.compile("0|[1-9][0-9]{0,14}")


class Hints(NamedTuple):
    """How a format writes a list, fields, and the name of one, for remedies."""

    entries: str
    fields: str
    is_quoted: bool = False

    def name(self, quoted: str) -> str:
        return f"{quoted if self.is_quoted else quoted.strip(chr(34))}: "


YAML = Hints('begin each entry with a hyphen: "- …"', "write fields as name: value")
JSON = Hints("put the entries in square brackets: […]", 'write fields as {"name": value}', True)

SHAPES: dict[type, str] = {Mapping: "a mapping", Sequence: "a list", Scalar: "text"}
# Remedies for a missing field, where "write a text" would not do.
EXAMPLES = {
    "format": "format: countersign.audit/1",
    "editions": "editions: with the checklist and version of each",
    "state": "state: with one of its words",
    "speaks_of": 'speaks_of: and a day, such as "2026-11-21"',
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
    "relations": "relations: with at least one relation",
    "from": "from: {checklist: …, item: …}",
    "to": "to: {checklist: …, item: …}",
    "relation": "relation: equal, narrower, broader or related",
    "checklist": "checklist: with the slug of a checklist",
    "item": "item: with the id of an item",
    "reason": "reason: with what is the same and what differs",
}


def plain(node: Node) -> object:
    """The node without its marks. A number that is none of ours and nothing become None, so that
    pydantic refuses them."""
    match node:
        case Mapping(pairs=pairs):
            return {key: plain(value) for key, (_, value) in pairs.items()}
        case Sequence(items=items):
            return [plain(item) for item in items]
        case Scalar(value=value, kind=Kind.TEXT):
            return value
        case Scalar(value=value, kind=Kind.BOOLEAN):
            return value.lower() == "true"
        case Scalar(value=value, kind=Kind.NUMBER) if COUNT.fullmatch(value):
            return int(value)
    return None


def within(
    root: Node, error: ValidationError, model: type[BaseModel], hints: Hints = YAML
) -> Iterator[Fault]:
    """One fault for each of pydantic's errors, save for values that have a fault already."""
    for details in error.errors(include_url=False, include_input=False):
        if (fault := _fault(root, details, model, hints)) is not None:
            yield fault


def _fault(
    root: Node, details: ErrorDetails, model: type[BaseModel], hints: Hints
) -> Fault | None:
    *path, last = details["loc"] or ("",)
    parent = _follow(root, path)
    name = f'"{shown(last)}"' if isinstance(last, str) else f'each of "{path[-1]}"'
    if details["type"] == "missing":
        problem = f"the field {name} is missing"
        remedy = f"add {EXAMPLES.get(str(last), f'{last}: and its text')}"
        return Fault(parent.line, parent.column, problem, remedy)
    if details["type"] == "extra_forbidden" and isinstance(parent, Mapping):
        key, _ = parent.pairs[str(last)]
        remedy = suggest(key.value, _fields(model, path))
        return Fault(key.line, key.column, f"unknown field {name}", remedy)
    node = _follow(parent, [last] if details["loc"] else [])
    if isinstance(node, Scalar) and node.kind is Kind.REFUSED:
        return None
    if not details["loc"]:
        problem = f"the file holds {_shape(node)} instead of fields"
        remedy = f"{hints.fields}, beginning with {next(iter(_named(model)))}"
        return Fault(node.line, node.column, problem, remedy)
    return Fault(node.line, node.column, *_words(name, node, details, hints))


def _words(name: str, node: Node, details: ErrorDetails, hints: Hints) -> tuple[str, str]:
    context = details.get("ctx", {})
    match details["type"]:
        case "wording":
            return f"{name} {context['problem']}", context["remedy"]
        case "literal_error" if isinstance(node, Scalar) and node.kind is Kind.TEXT:
            allowed = re.findall(r"'(.*?)'", context["expected"])
            return f'unknown {name.strip(chr(34))} "{shown(node.value)}"', suggest(
                node.value, allowed
            )
        case "too_short":
            return f"{name} is empty", "add at least one entry"
        case "string_type" | "literal_error":
            return _not_text(name, node, hints)
        case "list_type":
            return _not(name, node, "a list"), hints.entries
        case "bool_type":
            return _not(name, node, "true or false"), "write true or false, without quotes"
        case "int_type":
            return _not(name, node, "a number"), "write a whole number, without quotes"
    return _not(name, node, "a mapping"), hints.fields


def _not_text(name: str, node: Node, hints: Hints) -> tuple[str, str]:
    if not isinstance(node, Scalar):
        return _not(name, node, "text"), "write one text"
    if node.kind is Kind.NOTHING:
        return f"{name} is empty", "write a text, or remove the field if it is optional"
    field = hints.name(name) if name[0] == '"' else ""
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
            annotation: Any = _named(model)[step].annotation
            model = getattr(annotation, "__args__", (annotation,))[0]
    return list(_named(model))


def _named(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields by their names in the file: "from" is no name in Python."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _follow(node: Node, path: list[int | str]) -> Node:
    for step in path:
        if isinstance(node, Mapping):
            node = node.pairs[str(step)][1]
        elif isinstance(node, Sequence):
            node = node.items[int(step)]
    return node


def across(root: Node) -> Iterator[Fault]:
    """Faults between values; what has the wrong type is left to `within`."""
    sections = list(entries_of(root, "sections"))
    items = [item for section in sections for item in entries_of(section, "items")]
    documents = list(entries_of(root, "documents"))
    entry_conditions = list(entries_of(root, "entry_conditions"))
    exit_criteria = list(entries_of(root, "exit_criteria"))
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
        yield from repeated(what, (text_of(entry, "id") for entry in entries))
    for item in items:
        yield from repeated("probe", _texts(item, "probes"))
        yield from _unknown_probes(item)
    known = {name.value for entry in documents if (name := text_of(entry, "id"))}
    for entry in (*items, *entry_conditions, *exit_criteria):
        yield from _uncited(entry, known)


def _unknown_probes(item: Mapping) -> Iterator[Fault]:
    """What is no name at all is left to `within`."""
    known = probe_names.known()
    for name in _texts(item, "probes"):
        if not known or not name or name.value in known or not PROBE_REF.fullmatch(name.value):
            continue
        if name.kind is not Kind.TEXT:
            continue
        # Of the aspects only that probe's: there are hundreds.
        probe = name.value.partition(".")[0]
        near = [other for other in known if "." not in other or other.startswith(f"{probe}.")]
        problem = f'there is no probe "{shown(name.value)}"'
        yield Fault(name.line, name.column, problem, suggest(name.value, sorted(near)))


def repeated(what: str, names: Iterable[Scalar | None]) -> Iterator[Fault]:
    """A fault for each name that stood before."""
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
    for source in (entry.get("source"), *entries_of(entry, "see_also")):
        cited = text_of(source, "document") if isinstance(source, Mapping) else None
        if cited and known and cited.value not in known:
            remedy = f"{suggest(cited.value, sorted(known))}; or add it to documents"
            problem = f'"{shown(cited.value)}" is not among the documents'
            yield Fault(cited.line, cited.column, problem, remedy)


def entries_of(node: Node | None, key: str) -> Iterator[Mapping]:
    entries = node.get(key) if isinstance(node, Mapping) else None
    if isinstance(entries, Sequence):
        yield from (entry for entry in entries.items if isinstance(entry, Mapping))


def _texts(node: Mapping, key: str) -> Iterator[Scalar]:
    entries = node.get(key)
    if isinstance(entries, Sequence):
        yield from (entry for entry in entries.items if isinstance(entry, Scalar))


def text_of(node: Mapping, key: str) -> Scalar | None:
    value = node.get(key)
    return value if isinstance(value, Scalar) and value.kind is Kind.TEXT else None
