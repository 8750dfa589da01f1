"""Whether the relations of a crosswalk can all be true together. No format and no database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import combinations, pairwise

from checklist.faults import Fault, shown

KINDS = frozenset({"equal", "narrower", "broader", "related"})
REVERSE = {"narrower": "broader", "broader": "narrower"}
WORDS = {
    "equal": "equal to",
    "narrower": "narrower than",
    "broader": "broader than",
    "related": "only related to",
}


@dataclass(frozen=True, slots=True)
class Link:
    """`left` is `kind` to `right`; both as checklist/item. The place is where it begins."""

    line: int
    column: int
    kind: str
    left: str
    right: str

    @property
    def is_within_one_checklist(self) -> bool:
        return _checklist(self.left) == _checklist(self.right)

    @property
    def pair(self) -> frozenset[str]:
        return frozenset((self.left, self.right))

    def kind_from(self, item: str) -> str:
        """What `item`, one of its ends, is to the other."""
        return self.kind if item == self.left else REVERSE.get(self.kind, self.kind)

    def fault(self, problem: str, remedy: str) -> Fault:
        return Fault(self.line, self.column, problem, remedy)


def contradictions(links: list[Link]) -> Iterator[Fault]:
    """Pairs that stand twice, equal items that do not stand alike, and circles."""
    first: dict[frozenset[str], Link] = {}
    for link in links:
        if (before := first.setdefault(link.pair, link)) is not link:
            yield _repeated(link, before)
    once = list(first.values())
    sets = _equal_sets(once)
    yield from _incomplete(once, sets)
    between: dict[frozenset[str], Link] = {}
    for link in once:
        left, right = sets[link.left], sets[link.right]
        if left == right:
            if link.kind != "equal":
                yield _equal_anyway(link)
        elif (before := between.setdefault(frozenset((left, right)), link)) is not link:
            yield from _unlike(link, before, sets)
    yield from _circle(between.values(), sets)


def _repeated(link: Link, first: Link) -> Fault:
    said = f"{link.left} is {WORDS[first.kind_from(link.left)]} {link.right}"
    if link.kind == first.kind_from(link.left):
        problem = f"this pair stands here a second time, first in line {first.line}"
    else:
        problem = f"this contradicts line {first.line}, by which {said}"
    return link.fault(problem, "keep one of the two")


def _equal_sets(links: list[Link]) -> dict[str, str]:
    """Each item -> one that stands for all those equal to it, directly or by way of others."""
    above = {item: item for link in links for item in (link.left, link.right)}

    def top(item: str) -> str:
        while above[item] != item:
            above[item] = item = above[above[item]]
        return item

    for link in links:
        if link.kind == "equal":
            above[top(link.right)] = top(link.left)
    return {item: top(item) for item in above}


def _incomplete(links: list[Link], sets: dict[str, str]) -> Iterator[Fault]:
    """Items that are equal by way of others alone: nobody gave a reason for the two."""
    equal = [link for link in links if link.kind == "equal"]
    last = {item: link for link in equal for item in (link.left, link.right)}
    members = defaultdict(list)
    for item in last:
        members[sets[item]].append(item)
    said = {link.pair for link in links}
    for items in members.values():
        for left, right in combinations(items, 2):
            place = max(last[left], last[right], key=lambda link: link.line)
            if _checklist(left) == _checklist(right):
                problem = f"this makes {left} and {right} equal, which are of one checklist"
                yield place.fault(problem, "say narrower or broader of at least one")
            elif frozenset((left, right)) not in said:
                problem = f"this makes {left} and {right} equal, and no relation says so"
                yield place.fault(problem, "add it with its reason, or say narrower or broader")


def _equal_anyway(link: Link) -> Fault:
    problem = f"{link.left} is equal to {link.right} by way of other relations"
    return link.fault(f"{problem}, not {WORDS[link.kind]} it", "mend one of them")


def _unlike(link: Link, before: Link, sets: dict[str, str]) -> Iterator[Fault]:
    same_way = sets[link.left] == sets[before.left]
    meant = before.kind if same_way else before.kind_from(before.right)
    if link.kind != meant:
        problem = f"this contradicts line {before.line}, since equal items stand alike to others"
        remedy = f'make it "{meant}", or mend the other or what is equal'
        yield link.fault(problem, remedy)


def _circle(links: Iterable[Link], sets: dict[str, str]) -> Iterator[Fault]:
    """The first circle of ever broader items."""
    broader: dict[str, dict[str, Link]] = defaultdict(dict)
    for link in links:
        left, right = sets[link.left], sets[link.right]
        if link.kind == "narrower":
            broader[left][right] = link
        elif link.kind == "broader":
            broader[right][left] = link
    try:
        TopologicalSorter(broader).prepare()
    except CycleError as error:
        # The sorter names the broader one first.
        around = list(reversed(error.args[1]))
        last = max((broader[a][b] for a, b in pairwise(around)), key=lambda link: link.line)
        circle = shown(", ".join(around[:10]), 300)
        yield last.fault(f"narrower goes round in a circle here: {circle}", "mend one of them")


def _checklist(item: str) -> str:
    return item.split("/")[0]
