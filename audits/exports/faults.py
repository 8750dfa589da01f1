"""Faults of an audit's file that lie between its values: what stands twice, what names a checklist
that the audit is not over, and what a state or a kind of evidence lacks."""

from collections.abc import Iterable, Iterator

from checklist.faults import Fault, shown, suggest
from checklist.formats.nodes import Mapping, Node, Scalar
from checklist.schema_faults import entries_of, text_of

# What a state takes, and what it needs.
TERMS = ("reason", "approver", "until", "confirmed")
NEEDS = {"not_applicable": TERMS[:1], "risk_accepted": TERMS[:3]}
TAKES = {"not_applicable": TERMS[:1], "risk_accepted": TERMS}
# What a kind of evidence consists of.
HELD = {"link": ("url",), "note": ("text",), "run": ("text",), "file": ("name", "size", "sha256")}

MAX_EDITIONS = 100

Name = tuple[Scalar | None, ...]


def across(root: Node) -> Iterator[Fault]:
    """Faults between values; what has the wrong type is left to `schema_faults.within`."""
    editions = list(entries_of(root, "editions"))
    answers = list(entries_of(root, "answers"))
    conditions = list(entries_of(root, "conditions"))
    parted = list(entries_of(root, "parted"))
    if len(editions) > MAX_EDITIONS:
        problem = f"the audit is over {len(editions):,} editions, more than {MAX_EDITIONS}"
        yield _at(editions[MAX_EDITIONS], problem, "split it into several audits")
        return
    yield from _twice("edition of", (_name(each, "checklist") for each in editions))
    yield from _twice("answer to", (_name(each, "checklist", "item") for each in answers))
    names = (_name(each, "checklist", "kind", "id") for each in conditions)
    yield from _twice("condition", names)
    others = (each.get("other") for each in parted)
    named = [*answers, *conditions, *parted, *(each for each in others if _is_mapping(each))]
    yield from _foreign(named, [text_of(each, "checklist") for each in editions])
    for answer in answers:
        yield from _terms(answer)
    for condition in conditions:
        if _said(condition, "state") == "waived" and "note" not in condition.pairs:
            problem = 'the field "note" is missing from a condition that is waived'
            yield _at(condition, problem, "add why it is waived")
    yield from _pieces(answers)


def _is_mapping(node: Node | None) -> bool:
    return isinstance(node, Mapping)


def _name(entry: Mapping, *fields: str) -> Name:
    return tuple(text_of(entry, field) for field in fields)


def _twice(what: str, names: Iterable[Name]) -> Iterator[Fault]:
    first: dict[tuple[str, ...], int] = {}
    for name in names:
        parts = [part for part in name if part]
        if len(parts) < len(name):
            continue
        key, place = tuple(part.value for part in parts), parts[-1]
        if key in first:
            problem = f"the {what} {shown(' / '.join(key), 170)} stands here a second time"
            problem += f", first in line {first[key]}"
            yield Fault(place.line, place.column, problem, "keep one of the two")
        first.setdefault(key, place.line)


def _foreign(entries: Iterable[Node | None], editions: list[Scalar | None]) -> Iterator[Fault]:
    known = sorted({edition.value for edition in editions if edition})
    for entry in entries:
        name = text_of(entry, "checklist") if isinstance(entry, Mapping) else None
        if name and known and name.value not in known:
            problem = f'the audit is not over "{shown(name.value)}"'
            remedy = f"{suggest(name.value, known)}; or add it to editions"
            yield Fault(name.line, name.column, problem, remedy)


def _terms(answer: Mapping) -> Iterator[Fault]:
    state = _said(answer, "state")
    if state in ("open", "done", *NEEDS):
        for field in NEEDS.get(state, ()):
            if field not in answer.pairs:
                problem = f'the field "{field}" is missing from an answer that is {state}'
                yield _at(answer, problem, f"add it, or claim another state than {state}")
        for field in TERMS:
            if field in answer.pairs and field not in TAKES.get(state, ()):
                problem = f'an answer that is {state} has no "{field}"'
                yield _at(answer.pairs[field][0], problem, "remove it, or correct the state")
    for field, other in (("severity", "severity_reason"), ("severity_reason", "severity")):
        if field in answer.pairs and other not in answer.pairs:
            problem = f'the field "{other}" is missing beside "{field}"'
            yield _at(answer.pairs[field][0], problem, "write both, or neither")


def _pieces(answers: list[Mapping]) -> Iterator[Fault]:
    first: dict[str, tuple[Mapping, Scalar]] = {}
    for answer in answers:
        here = set()
        for piece in entries_of(answer, "evidence"):
            yield from _held(piece)
            name = text_of(piece, "piece")
            if name is None:
                continue
            if name.value in here:
                problem = f'the piece "{shown(name.value)}" backs this answer twice'
                yield _at(name, problem, "keep one of the two, or give them different names")
            here.add(name.value)
            former, place = first.setdefault(name.value, (piece, name))
            if _values(former) != _values(piece):
                problem = f'the piece "{shown(name.value)}" is another in line {place.line}'
                yield _at(name, problem, "write the same in both, or give them different names")


def _held(piece: Mapping) -> Iterator[Fault]:
    kind = _said(piece, "kind")
    if kind not in HELD:
        return
    for field in HELD[kind]:
        if field not in piece.pairs:
            yield _at(piece, f'the field "{field}" of this {kind} is missing', "add it")
    for field in (each for held in HELD.values() for each in held):
        if field in piece.pairs and field not in HELD[kind]:
            problem = f'a {kind} has no "{field}"'
            yield _at(piece.pairs[field][0], problem, "remove it, or correct the kind")
    last, spoken = _said(piece, "expires_on"), _said(piece, "speaks_of")
    if last and last < spoken:
        problem = "it would be stale before the day that it speaks of"
        yield _at(piece.pairs["expires_on"][1], problem, "write a later day, or none")


def _values(piece: Mapping) -> dict[str, str]:
    pairs = piece.pairs.items()
    return {key: value.value for key, (_, value) in pairs if isinstance(value, Scalar)}


def _said(entry: Mapping, field: str) -> str:
    text = text_of(entry, field)
    return text.value if text else ""


def _at(node: Node, problem: str, remedy: str) -> Fault:
    return Fault(node.line, node.column, problem, remedy)
