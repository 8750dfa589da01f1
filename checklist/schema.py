"""The checklist format as types: bytes -> Definition, or every fault with its place.

docs/checklist-format.md says the same in prose. No Django and no database.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticCustomError

from checklist import schema_faults
from checklist.faults import Fault, FaultyFile
from checklist.formats import registry
from checklist.formats.nodes import Node
from checklist.formats.registry import Format

SLUG_LENGTH = 80
LINE_LENGTH = 200
SLUG = re.compile(schema_faults.NAME)
# At most nine digits a part, so that versions sort as zero-padded text.
VERSION = re.compile(r"(0|[1-9][0-9]{0,8})(\.(0|[1-9][0-9]{0,8})){0,3}")


def check(fits: Callable[[str], object], problem: str, remedy: str) -> AfterValidator:
    def checked(value: str) -> str:
        if not fits(value):
            raise PydanticCustomError("wording", "", {"problem": problem, "remedy": remedy})
        return value

    return AfterValidator(checked)


def longest(length: int) -> AfterValidator:
    return check(
        lambda value: len(value) <= length,
        f"is longer than {length} characters",
        "shorten it",
    )


def as_json_schema(**more: object) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **more})


def _field(description: str, **more) -> Any:
    return Field(description=description, **more)


not_empty = check(str.strip, "is empty", "write a text")
one_line = check(lambda value: len(value.splitlines()) < 2, "has several lines", "write one line")
Slug = Annotated[
    str,
    check(
        SLUG.fullmatch,
        "is no identifier",
        "use lower-case letters, digits and single hyphens, such as key-rotation",
    ),
    longest(SLUG_LENGTH),
    as_json_schema(pattern=f"^{SLUG.pattern}$", maxLength=SLUG_LENGTH),
]
ProbeRef = Annotated[
    str,
    check(
        schema_faults.PROBE_REF.fullmatch,
        "is no name of a probe",
        "write a probe's name, or its name, a dot and an aspect, such as log-sample.waits",
    ),
    longest(SLUG_LENGTH),
    as_json_schema(pattern=f"^{schema_faults.PROBE_REF.pattern}$", maxLength=SLUG_LENGTH),
]
Version = Annotated[
    str,
    check(
        VERSION.fullmatch,
        "is no version",
        'write 1 to 4 numbers with dots between them, such as "1.0.0"',
    ),
    as_json_schema(pattern=f"^{VERSION.pattern}$"),
]
Line = Annotated[
    str,
    not_empty,
    one_line,
    longest(LINE_LENGTH),
    as_json_schema(pattern=r"\S", maxLength=LINE_LENGTH),
]
OptionalLine = Annotated[
    str, one_line, longest(LINE_LENGTH), as_json_schema(maxLength=LINE_LENGTH)
]
Text = Annotated[str, not_empty, as_json_schema(pattern=r"\S")]


Model = TypeVar("Model", bound=BaseModel)


class Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Document(Part):
    """A document that items cite."""

    id: Slug = _field("Cited by `source.document`; unique among the documents.")
    title: Line = _field("Plain text of at most 200 characters.")
    note: OptionalLine = _field("What kind of document, and when it was read.", default="")


class Source(Part):
    """Where something comes from."""

    document: str = _field("The id of one of the documents.")
    place: Line = _field("Where in the document: a section, a page, an item.")


class Condition(Part):
    """What must hold before the audit starts, or when it is over."""

    id: Slug = _field("Unique among its kind; stable from version to version.")
    text: Text = _field("What must hold, as plain text.")
    source: Source = _field("Where it comes from.")


class Evidence(Part):
    """A kind of evidence that convinces."""

    kind: Literal["link", "file", "note", "probe"] = _field("What it is.")
    text: Text = _field("What it shows, as plain text.")


class Parameter(Part):
    """A figure that the item stands on."""

    name: Line = _field("What the figure is of.")
    value: Text = _field('The figure with its unit, as text: "5 minutes".')
    note: str = _field("When it does not hold, or what else is possible.", default="")


class Item(Part):
    """One binary thing to verify."""

    id: Slug = _field("Unique in the file; stable from version to version.")
    title: Line = _field("One binary claim, as plain text of at most 200 characters.")
    severity: Literal["blocker", "major", "minor"] = _field("How grave it is while it is open.")
    guidance: Text = _field("Markdown: what to do, with every figure.")
    why: Text = _field("Markdown: what goes wrong without it.")
    verify: Text = _field("Markdown: how a person convinces themselves.")
    evidence: list[Evidence] = _field("The kinds of evidence that convince.", min_length=1)
    probes: list[ProbeRef] = _field(
        "The probes that can check it, by name; with a dot and an aspect where one aspect does.",
        default=[],
    )
    parameters: list[Parameter] = _field("The figures that the item stands on.", default=[])
    source: Source = _field("Where it comes from.")
    see_also: list[Source] = _field("Further sources.", default=[])


class Section(Part):
    """Items that belong together."""

    id: Slug = _field("Unique in the file; stable from version to version.")
    title: Line = _field("Plain text of at most 200 characters.")
    summary: str = _field("Markdown: what the section is about.", default="")
    items: list[Item] = _field(
        "In the order in which they are numbered and worked through.", min_length=1
    )


class Definition(Part):
    """One edition of a checklist, as its file says it."""

    slug: Slug = _field("The checklist's name for ever.")
    title: Line = _field("Plain text of at most 200 characters.")
    version: Version = _field(
        'In quotes: 1 to 4 numbers with dots, such as "1.0.0". An edition never changes: '
        "raise the version to change the checklist."
    )
    summary: str = _field("Markdown: what it is for, and when to use it.", default="")
    documents: list[Document] = _field("The documents that items cite.", min_length=1)
    entry_conditions: list[Condition] = _field(
        "What must hold before the audit starts.", default=[]
    )
    exit_criteria: list[Condition] = _field("What holds when the audit is over.", default=[])
    sections: list[Section] = _field("The items, in sections.", min_length=1)

    @property
    def item_count(self) -> int:
        return sum(len(section.items) for section in self.sections)

    def numbered(self) -> Iterator[tuple[int, Section, Item]]:
        """Every item with its number, from 1, and its section."""
        pairs = ((section, item) for section in self.sections for item in section.items)
        return ((number, *pair) for number, pair in enumerate(pairs, start=1))

    def plain(self) -> dict:
        """Texts, lists and mappings, in the order of the format; without what is left empty."""
        return self.model_dump(exclude_defaults=True)


def parse(data: bytes, format: Format = registry.YAML) -> Definition:
    """The definition in the file whose bytes are `data`; FaultyFile names every fault."""
    return read(Definition, data, format, schema_faults.across)[0]


def read(
    model: type[Model],
    data: bytes,
    format: Format,
    find_across: Callable[[Node], Iterable[Fault]],
) -> tuple[Model, Node]:
    """What a file of any of our schemas says, and its nodes; FaultyFile names every fault.

    `find_across` finds the faults that lie between values, and leaves wrong types alone.
    """
    root, faults = format.compose(data)
    across = find_across(root)
    try:
        definition = model.model_validate(schema_faults.plain(root))
    except ValidationError as error:
        hints = schema_faults.YAML if format.name == "yaml" else schema_faults.JSON
        within = schema_faults.within(root, error, model, hints)
        raise FaultyFile(chain(faults, across, within)) from None
    # It stops looking when there are too many.
    if (found := FaultyFile(chain(faults, across))).faults:
        raise found
    return definition, root


def dump(definition: Definition, format: Format = registry.YAML) -> bytes:
    """The file that says this definition: `parse` gives back an equal one."""
    return format.dump(definition.plain()).encode()


class Untitled(GenerateJsonSchema):
    """Without a title for every field, which would only repeat its name."""

    def field_title_should_be_set(self, schema) -> bool:
        return False


def json_schema() -> dict:
    return published(Definition, "Countersign checklist")


def published(model: type[BaseModel], title: str) -> dict:
    """The format as JSON Schema, by which editors complete and check a file as it is written."""
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        **model.model_json_schema(schema_generator=Untitled),
        "title": title,
    }
