"""The audit format as types: bytes -> Definition, or every fault with its place; and back.

docs/audit-format.md says the same in prose.
"""

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import Field

from audits.exports import faults
from checklist.formats import registry
from checklist.formats.nodes import Node
from checklist.formats.registry import Format
from checklist.schema import (
    Line,
    Part,
    Slug,
    Version,
    as_json_schema,
    check,
    longest,
    not_empty,
    one_line,
    published,
    read,
)

TITLE_LENGTH = 150
TEXT_LENGTH = 4_000
NOTE_LENGTH = 20_000
URL_LENGTH = 2_000
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SHA256 = re.compile("[0-9a-f]{64}")


def _is_day(value: str) -> bool:
    try:
        return bool(DAY.fullmatch(value) and dt.date.fromisoformat(value))
    except ValueError:
        return False


Day = Annotated[
    str,
    check(_is_day, "is no day", 'write year, month and day, such as "2026-11-21"'),
    as_json_schema(pattern=f"^{DAY.pattern}$", format="date"),
]
Title = Annotated[
    str,
    not_empty,
    one_line,
    longest(TITLE_LENGTH),
    as_json_schema(pattern=r"\S", maxLength=TITLE_LENGTH),
]
Digest = Annotated[
    str,
    check(SHA256.fullmatch, "is no SHA-256", "write its 64 digits and letters a to f"),
    as_json_schema(pattern=f"^{SHA256.pattern}$"),
]
Person = Annotated[
    str,
    check(lambda value: "@" in value, "is no e-mail address", "write one, such as a@b.example"),
    longest(254),
    as_json_schema(pattern="@", maxLength=254),
]
Reason = Annotated[
    str, not_empty, longest(TEXT_LENGTH), as_json_schema(pattern=r"\S", maxLength=TEXT_LENGTH)
]
Url = Annotated[
    str, not_empty, longest(URL_LENGTH), as_json_schema(pattern=r"\S", maxLength=URL_LENGTH)
]
Note = Annotated[
    str, not_empty, longest(NOTE_LENGTH), as_json_schema(pattern=r"\S", maxLength=NOTE_LENGTH)
]


class Edition(Part):
    """An edition that the audit is over."""

    checklist: Slug = Field(description="The checklist's slug.")
    version: Version = Field(description='Its version, in quotes: "1.0.0".')


class Piece(Part):
    """A piece of evidence: a link, a note, what a probe run found, or what is known of a file."""

    kind: Literal["link", "file", "note", "run"] = Field(description="What it is.")
    title: Line = Field(description="Plain text of at most 200 characters.")
    url: Url = Field(default="", description="Of a link: its address.")
    text: Note = Field(
        default="", description="Of a note: Markdown. Of a probe run: what it found, frozen."
    )
    name: Line = Field(default="", description="Of a file: its name.")
    size: int = Field(default=0, description="Of a file: its size in bytes.")
    sha256: Digest = Field(default="", description="Of a file: the SHA-256 of its bytes, in hex.")
    speaks_of: Day = Field(description="The day that it speaks of.")
    expires_on: Day = Field(default="", description="The last day on which it is good.")
    piece: Slug = Field(
        default="",
        description="The same for the same piece that backs several answers; else left out.",
    )


class Answer(Part):
    """What is said of one item. An item without an answer is open."""

    checklist: Slug = Field(description="The slug of the item's checklist.")
    item: Slug = Field(description="The id of the item.")
    title: str = Field(default="", description="The item's title, for whoever reads the file.")
    state: Literal["open", "done", "not_applicable", "risk_accepted"] = Field(
        description="What is claimed."
    )
    reason: Reason = Field(
        default="", description="Why it does not apply, or why the risk is accepted."
    )
    approver: Person = Field(default="", description="Who accepts the risk, by e-mail address.")
    until: Day = Field(default="", description="The last day on which the risk is accepted.")
    confirmed: bool = Field(
        default=False,
        description="Whether the approver accepted the risk in person. It is not carried over: "
        "a risk that is loaded waits for its approver.",
    )
    owner: Person = Field(default="", description="Who sees to it, by e-mail address.")
    due: Day = Field(default="", description="Until when.")
    severity: Literal["", "blocker", "major", "minor"] = Field(
        default="", description="Where it is another here than the item's own."
    )
    severity_reason: Reason = Field(default="", description="Why it is another.")
    evidence: list[Piece] = Field(default=[], description="What backs the answer.")


class Condition(Part):
    """An entry condition or exit criterion of one of the editions."""

    checklist: Slug = Field(description="The slug of its checklist.")
    kind: Literal["entry", "exit"] = Field(description="Before the audit starts, or at its end.")
    id: Slug = Field(description="The id of the condition.")
    state: Literal["open", "met", "waived"] = Field(description="Whether it holds.")
    note: Reason = Field(default="", description="What is said of it; why it is waived.")


class Other(Part):
    """The other item of two that are equal."""

    checklist: Slug = Field(description="The slug of its checklist.")
    item: Slug = Field(description="The id of the item.")


class Parted(Part):
    """Two equal items that are answered apart."""

    checklist: Slug = Field(description="The slug of the one's checklist.")
    item: Slug = Field(description="The id of the one item.")
    other: Other = Field(description="The other item.")


class Definition(Part):
    """An audit, as its file says it."""

    format: Literal["countersign.audit/1"] = Field(description="The name of this format.")
    title: Title = Field(description="Plain text of at most 150 characters.")
    editions: list[Edition] = Field(min_length=1, description="In the order of the audit.")
    answers: list[Answer] = Field(default=[], description="In the order of the items.")
    conditions: list[Condition] = Field(default=[], description="What holds, and what does not.")
    parted: list[Parted] = Field(default=[], description="Equal items that are answered apart.")

    def plain(self) -> dict:
        """Texts, lists and mappings, in the order of the format; without what is left empty."""
        return self.model_dump(exclude_defaults=True)

    def unconfirmed(self) -> "Definition":
        """The same but for who accepted a risk in person, which does not travel."""
        answers = [each.model_copy(update={"confirmed": False}) for each in self.answers]
        return self.model_copy(update={"answers": answers})


def parse(data: bytes, format: Format = registry.YAML) -> tuple[Definition, Node]:
    """The definition in the file whose bytes are `data`, and its nodes, which know their places;
    FaultyFile names every fault."""
    return read(Definition, data, format, faults.across)


def dump(definition: Definition, format: Format = registry.YAML) -> bytes:
    """The file that says this audit: `parse` gives back an equal one."""
    return format.dump(definition.plain()).encode()


def audit_schema() -> dict:
    return published(Definition, "Countersign audit")
