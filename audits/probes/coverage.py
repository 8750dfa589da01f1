"""Which items a machine checks, how far, and which only a person can: docs/probe-coverage.md."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from audits.probes import registry
from audits.probes.base import Strength
from checklist.schema import Definition, Item

HEAD = """# What the machine checks

Made by `manage.py probe_coverage` from the checklists and the probes; do not edit it by hand.

How far a probe goes: **strong** decides the item, **medium** backs it, **partial** sees one side
of it. A verdict stands beside a person's answer and never in its place. A probe that finds no
evidence says “inconclusive”, however strong it is.
"""


@dataclass(frozen=True)
class Checked:
    """A probe, or one aspect of it, that an item names."""

    ref: str
    strength: Strength
    looks_at: str


def checks(item: Item) -> list[Checked]:
    """In the item's order. LookupError when it names what there is not."""
    found = []
    for ref in item.probes:
        probe, aspect = registry.find(ref)
        part = aspect or probe
        found.append(Checked(ref, part.strength, part.looks_at))
    return found


def page(definitions: Iterable[Definition]) -> str:
    """The whole page, as Markdown."""
    given = list(definitions)
    return "\n".join([HEAD, *_totals(given), *(line for each in given for line in _table(each))])


def _totals(definitions: list[Definition]) -> Iterator[str]:
    yield "| checklist | items | strong | medium | partial | only a person |"
    yield "|---|--:|--:|--:|--:|--:|"
    for definition in definitions:
        best = [_best(item) for item in _items(definition)]
        counts = (str(best.count(strength)) for strength in (*Strength, None))
        yield f"| {definition.title} | {len(best)} | {' | '.join(counts)} |"
    yield ""


def _table(definition: Definition) -> Iterator[str]:
    yield f"## {definition.title} {definition.version}"
    yield ""
    yield "| | item | severity | checked by |"
    yield "|--:|---|---|---|"
    for number, item in enumerate(_items(definition), 1):
        told = "<br>".join(f"`{each.ref}` ({each.strength})" for each in checks(item))
        yield f"| {number} | {item.title} | {item.severity} | {told or 'only a person'} |"
    yield ""


def _best(item: Item) -> Strength | None:
    order = list(Strength)
    return min((each.strength for each in checks(item)), key=order.index, default=None)


def _items(definition: Definition) -> list[Item]:
    return [item for section in definition.sections for item in section.items]
