"""A parsed file, of whatever format, in which every value still knows its line and column."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


class Kind(StrEnum):
    """What an unquoted word is; the values are the words for it in a fault."""

    TEXT = "text"
    NUMBER = "a number"
    BOOLEAN = "true or false"
    NOTHING = "nothing"
    # Stands for something that has its own fault already.
    REFUSED = "refused"


@dataclass(slots=True)
class Scalar:
    line: int
    column: int
    value: str
    kind: Kind = Kind.TEXT


@dataclass(slots=True)
class Sequence:
    line: int
    column: int
    items: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """`pairs` holds the key as it stands in the file, and the value."""

    line: int
    column: int
    pairs: dict[str, tuple[Scalar, "Node"]] = field(default_factory=dict)

    def get(self, key: str) -> "Node | None":
        pair = self.pairs.get(key)
        return pair[1] if pair else None


Node: TypeAlias = Scalar | Sequence | Mapping
