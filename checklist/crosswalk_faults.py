"""Faults of a crosswalk that lie between its values: unknown items, pairs that stand twice, and
relations that cannot all be true."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from checklist import crosswalk_logic
from checklist.crosswalk_logic import Link
from checklist.faults import Fault, shown, suggest
from checklist.formats import nodes
from checklist.formats.nodes import Node, Scalar
from checklist.schema_faults import entries_of, text_of

MAX_RELATIONS = 20_000
# As many as a remedy looks at.
NEAREST = 50

Known = Mapping[str, AbstractSet[str]]


def across(root: Node, known: Known) -> Iterator[Fault]:
    """Faults between values; what has the wrong type is left to `schema_faults.within`."""
    relations = list(entries_of(root, "relations"))
    if len(relations) > MAX_RELATIONS:
        place = relations[MAX_RELATIONS]
        problem = f"the file has {len(relations):,} relations, more than {MAX_RELATIONS:,}"
        yield Fault(place.line, place.column, problem, "split it into several crosswalks")
        return
    names = _Names(known)
    links = []
    for relation in relations:
        ends = [_end(relation, side) for side in ("from", "to")]
        unknown = [fault for end in ends for fault in _unknown(*end, names)]
        yield from unknown
        if unknown or (link := _link(relation, *ends)) is None:
            continue
        if link.is_within_one_checklist:
            yield _within_one(link)
        else:
            links.append(link)
    yield from crosswalk_logic.contradictions(links)


End = tuple[Scalar | None, Scalar | None]


def _end(relation: nodes.Mapping, side: str) -> End:
    end = relation.get(side)
    if not isinstance(end, nodes.Mapping):
        return None, None
    return text_of(end, "checklist"), text_of(end, "item")


class _Names:
    """The known items, and for an unknown name those that may have been meant."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.checklists = sorted(known)
        self.items: dict[str, list[str]] = {}

    def checklists_near(self, name: str) -> str:
        near = _near(name, self.checklists)
        return suggest(name, near) if near else "load its checklists first"

    def items_near(self, checklist: str, name: str) -> str:
        if checklist not in self.items:
            self.items[checklist] = sorted(self.known[checklist])
        return suggest(name, _near(name, self.items[checklist]))


def _near(name: str, names: list[str]) -> list[str]:
    """Its neighbours in the alphabet: to compare thousands takes too long for each fault."""
    start = max(0, min(bisect_left(names, name) - NEAREST // 2, len(names) - NEAREST))
    return names[start : start + NEAREST]


def _unknown(checklist: Scalar | None, item: Scalar | None, names: _Names) -> Iterator[Fault]:
    if checklist is None:
        return
    if checklist.value not in names.known:
        problem = f'there is no checklist "{shown(checklist.value)}"'
        remedy = names.checklists_near(checklist.value)
        yield Fault(checklist.line, checklist.column, problem, remedy)
    elif item is not None and item.value not in names.known[checklist.value]:
        problem = f'{checklist.value} has no item "{shown(item.value)}" in its latest edition'
        remedy = names.items_near(checklist.value, item.value)
        yield Fault(item.line, item.column, problem, remedy)


def _link(relation: nodes.Mapping, left: End, right: End) -> Link | None:
    """The relation for crosswalk_logic; None when a part of it has a fault of its own."""
    kind = text_of(relation, "relation")
    if kind is None or kind.value not in crosswalk_logic.KINDS:
        return None
    ends = [
        f"{checklist.value}/{item.value}"
        for checklist, item in (left, right)
        if checklist and item
    ]
    if len(ends) < 2:
        return None
    return Link(relation.line, relation.column, kind.value, *ends)


def _within_one(link: Link) -> Fault:
    if link.left == link.right:
        problem = f"{shown(link.left, 170)} is related to itself"
        return Fault(link.line, link.column, problem, "name another item")
    problem = f"both items are of {link.left.split('/')[0]}"
    remedy = "a crosswalk joins different checklists: mend the checklist itself"
    return Fault(link.line, link.column, problem, remedy)
