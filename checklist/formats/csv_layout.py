"""What the rows and columns of a CSV file are, for each kind of file."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Layout:
    """`head` is the record of the definition itself; `lists`: record -> the list of the definition
    that it is an entry of. A row of `child` is an entry of `child_list` of the `parent` above it.

    Cells of `nested` hold JSON, those of `booleans` true or false. `inner_columns` are those of
    the mapping that is the field `inner`: column -> its name there.
    """

    head: str
    lists: Mapping[str, str]
    columns: tuple[str, ...]
    nested: tuple[str, ...] = ()
    booleans: tuple[str, ...] = ()
    inner: str = ""
    inner_columns: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""
    child: str = ""
    child_list: str = ""

    @property
    def records(self) -> list[str]:
        return [self.head, *self.lists, *([self.child] if self.child else [])]


CHECKLIST = Layout(
    head="checklist",
    lists={
        "document": "documents",
        "entry_condition": "entry_conditions",
        "exit_criterion": "exit_criteria",
        "section": "sections",
    },
    columns=(
        *("record", "slug", "id", "title", "version", "severity", "summary", "text", "note"),
        *("guidance", "why", "verify", "evidence", "probes", "parameters"),
        *("source.document", "source.place", "see_also"),
    ),
    nested=("evidence", "probes", "parameters", "see_also"),
    inner="source",
    inner_columns={"source.document": "document", "source.place": "place"},
    parent="section",
    child="item",
    child_list="items",
)
