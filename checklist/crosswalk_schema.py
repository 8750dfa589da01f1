"""The crosswalk format as types: bytes -> Definition, or every fault with its place.

docs/crosswalk-format.md says the same in prose. No Django and no database: which items there are,
the caller says.
"""

from typing import Literal

from pydantic import Field

from checklist import crosswalk_faults
from checklist.crosswalk_faults import Known
from checklist.formats import registry
from checklist.schema import Line, Part, Slug, Text, Version, published, read


class End(Part):
    """An item, whatever the edition: an id stays from version to version."""

    checklist: Slug = Field(description="The slug of its checklist.")
    item: Slug = Field(description="The id of the item.")


class Relation(Part):
    """How one item stands to another."""

    from_: End = Field(alias="from", description="The item that is equal, narrower, …")
    relation: Literal["equal", "narrower", "broader", "related"] = Field(
        description="What `from` is to `to`. Equal: one check and the same evidence settle both. "
        "Narrower: what `from` claims is part of what `to` claims. Broader: the reverse. "
        "Related: neither, and still worth reading together."
    )
    to: End = Field(description="The other item, of another checklist.")
    reason: Text = Field(
        description="Plain text, one to three sentences: what is the same, and what differs."
    )


class Definition(Part):
    """One edition of a crosswalk, as its file says it."""

    slug: Slug = Field(description="The crosswalk's name for ever.")
    title: Line = Field(description="Plain text of at most 200 characters.")
    version: Version = Field(
        description='In quotes: 1 to 4 numbers with dots, such as "1.0.0". An edition never '
        "changes: raise the version to change the crosswalk."
    )
    summary: str = Field(default="", description="Markdown: what it compares, and how.")
    relations: list[Relation] = Field(min_length=1, description="Each pair of items once.")

    def plain(self) -> dict:
        """Texts, lists and mappings, in the order of the format; without what is left empty."""
        return self.model_dump(by_alias=True, exclude_defaults=True)


def parse(data: bytes, known: Known) -> Definition:
    """The definition in the YAML file whose bytes are `data`; FaultyFile names every fault.

    `known`: the items that a relation may name, {checklist: refs}.
    """
    return read(
        Definition, data, registry.YAML, lambda root: crosswalk_faults.across(root, known)
    )[0]


def crosswalk_schema() -> dict:
    return published(Definition, "Countersign crosswalk")
