"""The difference between two definitions of one checklist, for people and for audits that move.

    old, new = definitions.of_edition(edition), definitions.of_edition(newer)
    change = differences.between(old, new)
    change.is_empty                     both say the same, white space aside
    change.items                        every item that is not the same, in the new order;
                                        what was removed comes last
    change.by_ref["key-in-vault"]       the ItemChange of one item; KeyError when it is the same
    item.kind                           "added", "removed" or "changed"
    item.changed_meaning                whether an answer to the old item may not hold for the new
    item.reasons                        why, as clauses: ["what to do has changed"]; else empty
    item.fields[0].pieces               the words of a field, as "same", "removed" or "added"

An item is the same item when its id is: ids are stable from edition to edition. Its meaning has
changed when title, guidance, verify or parameters differ beyond white space, or when its severity
was raised. Another why, source, see_also, kinds of evidence or probes leave what is asked as it
was, and so does a lower severity or another place in the checklist.

Pure: no Django and no database. Nothing is compared word by word before it is asked for.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from checklist.field_changes import FieldChange, fields_between
from checklist.schema import Definition, Item, Part, Section

Kind = Literal["added", "removed", "changed"]

MEANING = {
    "title": "the title is worded differently",
    "guidance": "what to do has changed",
    "verify": "how to verify has changed",
    "parameters": "the parameters have changed",
}


@dataclass(frozen=True)
class Change:
    """Something with an id that was added, removed or changed; `old` or `new` is None."""

    old: Part | None
    new: Part | None
    fields: tuple[FieldChange, ...] = ()
    moved: bool = False

    @property
    def kind(self) -> Kind:
        if self.old is None:
            return "added"
        return "removed" if self.new is None else "changed"

    @property
    def part(self):
        """As it is now; as it was, when it is removed."""
        return self.new or self.old

    @property
    def ref(self) -> str:
        return self.part.id


@dataclass(frozen=True)
class ItemChange(Change):
    """`section` and `number` are those of the new definition; of the old, when it is removed."""

    old: Item | None
    new: Item | None
    section: Section = field(kw_only=True)
    number: int = field(kw_only=True)
    old_section: Section | None = field(kw_only=True, default=None)

    @property
    def severity(self) -> tuple[str, str] | None:
        """The old and the new one, where they differ."""
        if not self.old or not self.new or self.old.severity == self.new.severity:
            return None
        return self.old.severity, self.new.severity

    @property
    def reworded(self) -> tuple[FieldChange, ...]:
        """The fields that differ, save for the severity."""
        return tuple(change for change in self.fields if change.name != "severity")

    @property
    def reasons(self) -> list[str]:
        """Why an answer to the old item may not hold for the new one; empty when it does."""
        reasons = [MEANING[change.name] for change in self.fields if change.name in MEANING]
        # As text too they sort gravest first.
        if self.severity and self.severity[1] < self.severity[0]:
            reasons.append("the severity was raised from {} to {}".format(*self.severity))
        return reasons

    @property
    def changed_meaning(self) -> bool:
        return bool(self.reasons)


@dataclass(frozen=True)
class Difference:
    """Everything that differs; each list in the order of the new definition."""

    head: tuple[FieldChange, ...]
    documents: list[Change]
    entry_conditions: list[Change]
    exit_criteria: list[Change]
    sections: list[Change]
    items: list[ItemChange]

    @cached_property
    def by_ref(self) -> dict[str, ItemChange]:
        return {change.ref: change for change in self.items}

    @property
    def around(self) -> list[tuple[str, list[Change]]]:
        """What stands around the items, under the headings of a page."""
        return [
            ("Sections", self.sections),
            ("Entry conditions", self.entry_conditions),
            ("Exit criteria", self.exit_criteria),
            ("Documents", self.documents),
        ]

    @property
    def added(self) -> list[ItemChange]:
        return [change for change in self.items if change.kind == "added"]

    @property
    def removed(self) -> list[ItemChange]:
        return [change for change in self.items if change.kind == "removed"]

    @property
    def changed(self) -> list[ItemChange]:
        return [change for change in self.items if change.kind == "changed"]

    @property
    def moved(self) -> list[ItemChange]:
        return [change for change in self.items if change.moved]

    @property
    def reopening(self) -> list[ItemChange]:
        """The items that an audit must answer anew: see `changed_meaning`."""
        return [change for change in self.changed if change.changed_meaning]

    @property
    def is_empty(self) -> bool:
        """But for the version, which every edition has of its own."""
        rest = (self.documents, self.entry_conditions, self.exit_criteria, self.sections)
        words = [change for change in self.head if change.name != "version"]
        return not any((words, *rest, self.items))


def between(old: Definition, new: Definition) -> Difference:
    """What is different in `new`."""
    return Difference(
        head=fields_between(old, new, ("title", "version", "summary")),
        documents=_changes(old.documents, new.documents, ("title", "note")),
        entry_conditions=_changes(old.entry_conditions, new.entry_conditions, ("text", "source")),
        exit_criteria=_changes(old.exit_criteria, new.exit_criteria, ("text", "source")),
        sections=_changes(old.sections, new.sections, ("title", "summary")),
        items=_item_changes(old, new),
    )


ITEM_FIELDS = tuple(name for name in Item.model_fields if name != "id")


def _item_changes(old: Definition, new: Definition) -> list[ItemChange]:
    before = {item.id: (number, section, item) for number, section, item in old.numbered()}
    after = {item.id: (number, section, item) for number, section, item in new.numbered()}
    moved = _moved_items(old, new)
    changes = []
    for ref, (number, section, item) in after.items():
        if ref not in before:
            changes.append(ItemChange(None, item, section=section, number=number))
            continue
        _, old_section, was = before[ref]
        fields = () if item == was else fields_between(was, item, ITEM_FIELDS)
        if fields or ref in moved:
            changes.append(
                ItemChange(
                    was,
                    item,
                    fields,
                    ref in moved,
                    section=section,
                    number=number,
                    old_section=old_section,
                )
            )
    gone = [
        ItemChange(item, None, section=section, number=number, old_section=section)
        for ref, (number, section, item) in before.items()
        if ref not in after
    ]
    return changes + gone


def _moved_items(old: Definition, new: Definition) -> set[str]:
    """Those that stand in another section, or elsewhere among their neighbours in it."""
    places = {
        item.id: (section.id, place)
        for section in old.sections
        for place, item in enumerate(section.items)
    }
    moved = set()
    for section in new.sections:
        known = [(item.id, *places[item.id]) for item in section.items if item.id in places]
        stayed = [(ref, place) for ref, home, place in known if home == section.id]
        moved |= {ref for ref, home, _ in known if home != section.id}
        moved |= _out_of_order(*zip(*stayed, strict=True)) if stayed else set()
    return moved


def _changes(old: Iterable, new: Iterable, names: tuple[str, ...]) -> list[Change]:
    before, after = ({part.id: part for part in parts} for parts in (old, new))
    order = {ref: at for at, ref in enumerate(before)}
    kept = [ref for ref in after if ref in before]
    moved = _out_of_order(kept, [order[ref] for ref in kept])
    changes = []
    for ref, part in after.items():
        fields = fields_between(before[ref], part, names) if ref in before else ()
        if ref not in before or fields or ref in moved:
            changes.append(Change(before.get(ref), part, fields, ref in moved))
    return changes + [Change(part, None) for ref, part in before.items() if ref not in after]


def _out_of_order(refs: Sequence[str], places: Sequence[int]) -> set[str]:
    """The fewest of `refs` that must move so that the `places` of all others rise."""
    ends: list[int] = []
    at_end: list[int] = []
    before: list[int | None] = []
    # The longest rising run, by patience.
    for index, place in enumerate(places):
        length = bisect_left(ends, place)
        before.append(at_end[length - 1] if length else None)
        ends[length : length + 1] = [place]
        at_end[length : length + 1] = [index]
    stays, last = set(), at_end[-1] if at_end else None
    while last is not None:
        stays.add(last)
        last = before[last]
    return {ref for index, ref in enumerate(refs) if index not in stays}
