"""What a snapshot adds up to: counts, and the lists that a manager reads first."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from audits.reports import pieces
from audits.reports.labels import letters
from audits.reports.pieces import is_current

LONG_LIST = 6
LONG_TEXT = 1500


@dataclass(frozen=True)
class Figures:
    """Counts of items. `open_blockers` are part of `open`, and never averaged away."""

    items: int
    done: int
    not_applicable: int
    risk_accepted: int
    open: int
    open_blockers: int
    # Done for a person, failing for the machine.
    conflicts: int
    # Of which a machine says something, and of those what it saw work.
    checked: int
    passed: int

    @property
    def settled(self) -> int:
        return self.items - self.open


@dataclass(frozen=True)
class Entry:
    """One item and where the report has it: `label` as printed, `anchor` as linked."""

    label: str
    anchor: str
    item: dict[str, Any]

    @property
    def answer(self) -> dict[str, Any]:
        return self.item["answer"]

    @property
    def is_open(self) -> bool:
        return self.answer["counts_as"] == "open"

    @property
    def blocks(self) -> bool:
        return self.is_open and self.item["severity"] == "blocker"

    @property
    def is_conflict(self) -> bool:
        return self.answer["state"] == "done" and self.answer["verdict"] == "fail"

    def has_word(self, name: str) -> bool:
        """Whether anything that the machine says of it has that."""
        return any(word[name] for word in self.answer["machine"])

    @property
    def is_long(self) -> bool:
        """Too much to keep together on paper without leaving half a page empty."""
        rows, comments = self.answer["evidence"], self.answer["comments"]
        texts = [self.answer["reason"], *(comment["text"] for comment in comments)]
        texts += [piece["text"] + piece["url"] + piece["filename"] for piece in rows]
        words = self.answer["machine"]
        texts += [word["says"] + word["how"] + word["next_step"] for word in words]
        # What a machine saw takes several lines each.
        many = len(rows) + len(comments) + 4 * len(words)
        return many > LONG_LIST or sum(map(len, texts)) > LONG_TEXT

    @property
    def evidence(self) -> list[dict[str, Any]]:
        """What backs the answer now."""
        return [row for row in self.answer["evidence"] if is_current(row)]


@dataclass(frozen=True)
class Section:
    title: str
    anchor: str
    entries: tuple[Entry, ...]
    figures: Figures


@dataclass(frozen=True)
class Edition:
    """`letter` prefixes item numbers when an audit has several editions, else it is empty."""

    letter: str
    anchor: str
    source: dict[str, Any]
    sections: tuple[Section, ...]
    figures: Figures
    # What only a former edition asked: printed, never counted.
    retired: tuple[Entry, ...] = ()

    @property
    def entries(self) -> Iterator[Entry]:
        return (entry for section in self.sections for entry in section.entries)

    @property
    def documents(self) -> dict[str, str]:
        """Titles of the cited documents by id."""
        return {document["id"]: document["title"] for document in self.source["documents"]}


@dataclass(frozen=True)
class Summary:
    editions: tuple[Edition, ...]
    figures: Figures
    blocking: tuple[Entry, ...]
    conflicts: tuple[Entry, ...]
    risks: tuple[Entry, ...]
    overdue: tuple[Entry, ...]
    evidence: dict[str, int]
    # Piece -> the items that it backs, of those that back several.
    backed: dict[str, list[Entry]]
    done_without_evidence: int
    # Of what the machine says, how much was told by a simulator, and how much had grown stale.
    simulated: int
    stale_verdicts: int

    def name_of(self, checklist: str, item: str) -> str:
        """`B7 Title` of the item with these ids; the ids when the report does not have it."""
        return self._names.get((checklist, item), f"{checklist}/{item}")

    def anchor_of(self, name: str) -> str | None:
        """Where the report has the item that is printed as `B7 Title`, if it has one."""
        return self._anchors.get(name)

    @cached_property
    def _anchors(self) -> dict[str, str]:
        return {
            f"{entry.label} {entry.item['title']}": entry.anchor
            for edition in self.editions
            for entry in (*edition.retired, *edition.entries)
        }

    @cached_property
    def _names(self) -> dict[tuple[str, str], str]:
        return {
            (edition.source["slug"], entry.item["id"]): f"{entry.label} {entry.item['title']}"
            for edition in self.editions
            for entry in (*edition.retired, *edition.entries)
        }

    @property
    def overdue_elsewhere(self) -> tuple[Entry, ...]:
        """Overdue items that are not already listed as blocking."""
        return tuple(entry for entry in self.overdue if not entry.blocks)


def summarise(snapshot: dict[str, Any]) -> Summary:
    """Derive every figure of the report from a snapshot (docs/snapshot-format.md)."""
    editions = tuple(_editions(snapshot["editions"]))
    entries = [entry for edition in editions for entry in edition.entries]
    today = snapshot["taken_at"][:10]
    figures = count(entries)
    return Summary(
        editions=editions,
        figures=figures,
        blocking=tuple(entry for entry in entries if entry.blocks),
        conflicts=tuple(entry for entry in entries if entry.is_conflict),
        risks=tuple(e for e in entries if e.answer["state"] == "risk_accepted"),
        overdue=tuple(entry for entry in entries if _overdue(entry, today)),
        evidence=pieces.count((row for e in entries for row in e.answer["evidence"]), today),
        backed=_backed(entries),
        done_without_evidence=sum(
            1 for e in entries if e.answer["counts_as"] == "done" and not e.evidence
        ),
        simulated=sum(1 for entry in entries if entry.has_word("simulated")),
        stale_verdicts=sum(1 for entry in entries if entry.has_word("stale_since")),
    )


def count(entries: Iterable[Entry]) -> Figures:
    entries = list(entries)
    states = Counter(entry.answer["counts_as"] for entry in entries)
    return Figures(
        items=len(entries),
        done=states["done"],
        not_applicable=states["not_applicable"],
        risk_accepted=states["risk_accepted"],
        open=states["open"],
        open_blockers=sum(1 for entry in entries if entry.blocks),
        conflicts=sum(1 for entry in entries if entry.is_conflict),
        checked=sum(1 for entry in entries if entry.answer["verdict"]),
        passed=sum(1 for entry in entries if entry.answer["verdict"] == "pass"),
    )


def plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _editions(sources: list[dict[str, Any]]) -> Iterator[Edition]:
    for index, (source, letter) in enumerate(zip(sources, letters(len(sources)), strict=True)):
        anchor = f"edition-{index + 1}"
        sections = tuple(
            _section(section, f"{anchor}-section-{number}", letter, anchor)
            for number, section in enumerate(source["sections"], start=1)
        )
        figures = count(entry for section in sections for entry in section.entries)
        retired = tuple(
            Entry(f"{letter}{item['number']}", f"{anchor}-retired-{number}", item)
            for number, item in enumerate(source["retired"], start=1)
        )
        yield Edition(letter, anchor, source, sections, figures, retired)


def _section(source: dict[str, Any], anchor: str, letter: str, edition: str) -> Section:
    # Anchors are made of places, not of ids: whatever an id holds, a link works.
    entries = tuple(
        Entry(f"{letter}{item['number']}", f"{edition}-item-{item['number']}", item)
        for item in source["items"]
    )
    return Section(source["title"], anchor, entries, count(entries))


def _overdue(entry: Entry, today: str) -> bool:
    due = entry.answer["due"]
    return entry.is_open and due is not None and due < today


def _backed(entries: list[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        for row in entry.evidence:
            found.setdefault(row["piece"], []).append(entry)
    return {piece: backed for piece, backed in found.items() if len(backed) > 1}
