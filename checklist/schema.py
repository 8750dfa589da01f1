"""The checklist format as types: bytes -> Definition, or every fault with its place.

docs/checklist-format.md says the same in prose. No Django and no database.
"""

import re
from collections.abc import Callable
from itertools import chain
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from checklist import schema_faults
from checklist.faults import FaultyFile
from checklist.formats import yaml

SLUG_LENGTH = 80
LINE_LENGTH = 200
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# At most nine digits a part, so that versions sort as zero-padded text.
VERSION = re.compile(r"(0|[1-9][0-9]{0,8})(\.(0|[1-9][0-9]{0,8})){0,3}")


def _check(fits: Callable[[str], object], problem: str, remedy: str) -> AfterValidator:
    def check(value: str) -> str:
        if not fits(value):
            raise PydanticCustomError("wording", "", {"problem": problem, "remedy": remedy})
        return value

    return AfterValidator(check)


def _longest(length: int) -> AfterValidator:
    return _check(
        lambda value: len(value) <= length,
        f"is longer than {length} characters",
        "shorten it",
    )


not_empty = _check(str.strip, "is empty", "write a text")
Slug = Annotated[
    str,
    _check(
        SLUG.fullmatch,
        "is no identifier",
        "use lower-case letters, digits and single hyphens, such as key-rotation",
    ),
    _longest(SLUG_LENGTH),
]
Version = Annotated[
    str,
    _check(
        VERSION.fullmatch,
        "is no version",
        'write 1 to 4 numbers with dots between them, such as "1.0.0"',
    ),
]
Line = Annotated[
    str,
    not_empty,
    _check(lambda value: len(value.splitlines()) < 2, "has several lines", "write one line"),
    _longest(LINE_LENGTH),
]
OptionalLine = Annotated[
    str,
    _check(lambda value: len(value.splitlines()) < 2, "has several lines", "write one line"),
    _longest(LINE_LENGTH),
]
Text = Annotated[str, not_empty]


class Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Document(Part):
    id: Slug
    title: Line
    note: OptionalLine = ""


class Source(Part):
    document: str
    place: Line


class Condition(Part):
    id: Slug
    text: Text
    source: Source


class Evidence(Part):
    kind: Literal["link", "file", "note", "probe"]
    text: Text


class Parameter(Part):
    name: Line
    value: Text
    note: str = ""


class Item(Part):
    id: Slug
    title: Line
    severity: Literal["blocker", "major", "minor"]
    guidance: Text
    why: Text
    verify: Text
    evidence: Annotated[list[Evidence], Field(min_length=1)]
    probes: list[Slug] = []
    parameters: list[Parameter] = []
    source: Source
    see_also: list[Source] = []


class Section(Part):
    id: Slug
    title: Line
    summary: str = ""
    items: Annotated[list[Item], Field(min_length=1)]


class Definition(Part):
    """One edition of a checklist, as its file says it."""

    slug: Slug
    title: Line
    version: Version
    summary: str = ""
    documents: Annotated[list[Document], Field(min_length=1)]
    entry_conditions: list[Condition] = []
    exit_criteria: list[Condition] = []
    sections: Annotated[list[Section], Field(min_length=1)]

    @property
    def item_count(self) -> int:
        return sum(len(section.items) for section in self.sections)


def parse(data: bytes) -> Definition:
    """The definition in the YAML file whose bytes are `data`; FaultyFile names every fault."""
    root, faults = yaml.compose(data)
    across = schema_faults.across(root)
    try:
        definition = Definition.model_validate(schema_faults.plain(root))
    except ValidationError as error:
        within = schema_faults.within(root, error, Definition)
        raise FaultyFile(chain(faults, across, within)) from None
    if faults := [*faults, *across]:
        raise FaultyFile(faults)
    return definition
