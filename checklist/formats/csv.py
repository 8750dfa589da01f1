"""CSV bytes -> nodes, and back. One file holds a whole checklist, a record a row.

The column `record` says what a row is; an item belongs to the section above it. What is a list of
its own (evidence, probes, parameters, see_also) stands as JSON in its cell.
"""

import json
from collections.abc import Iterator

from checklist.faults import Fault, shown, suggest
from checklist.formats.csv_cells import Cell, rows, written
from checklist.formats.json import Composer
from checklist.formats.nodes import Mapping, Node, Scalar, Sequence
from checklist.formats.text import decode
from checklist.formats.tree import Tree

# Record -> the list of the definition that it is an entry of.
LISTS = {
    "document": "documents",
    "entry_condition": "entry_conditions",
    "exit_criterion": "exit_criteria",
    "section": "sections",
}
RECORDS = ["checklist", *LISTS, "item"]
SOURCE = {"source.document": "document", "source.place": "place"}
NESTED = ["evidence", "probes", "parameters", "see_also"]
COLUMNS = [
    *("record", "slug", "id", "title", "version", "severity", "summary", "text", "note"),
    *("guidance", "why", "verify", *NESTED[:3], *SOURCE, NESTED[3]),
]


def dump(definition: dict) -> str:
    """With the mark of UTF-8, without which Excel takes it for something else."""
    lines = [COLUMNS, *map(_cells, _records(definition))]
    return "\ufeff" + "".join(",".join(map(written, line)) + "\r\n" for line in lines)


def _records(definition: dict) -> Iterator[dict]:
    lists = {*LISTS.values()}
    head = {key: value for key, value in definition.items() if key not in lists}
    yield {"record": "checklist", **head}
    for record, key in LISTS.items():
        for entry in definition.get(key, []):
            items = entry.get("items", [])
            yield {"record": record, **{k: v for k, v in entry.items() if k != "items"}}
            yield from ({"record": "item", **item} for item in items)


def _cells(record: dict) -> list[str]:
    flat = dict(record)
    source = flat.pop("source", {})
    flat |= {column: source[name] for column, name in SOURCE.items() if name in source}
    for name in NESTED:
        if name in flat:
            flat[name] = json.dumps(flat[name], ensure_ascii=False)
    return [flat.get(column, "") for column in COLUMNS]


def compose(data: bytes) -> tuple[Node, list[Fault]]:
    """The root node, and the faults that did not keep the rest from being read.

    Raises FaultyFile where reading had to stop.
    """
    return _Composer().compose(decode(data))


class _Composer(Tree):
    def __init__(self) -> None:
        super().__init__()
        self.definition = Mapping(1, 1)
        self.columns: list[str | None] = []
        self.has_checklist = False
        self.lists: dict[str, Sequence] = {}
        # Of the section above.
        self.items: Sequence | None = None

    def compose(self, text: str) -> tuple[Node, list[Fault]]:
        for number, row in enumerate(rows(text)):
            if number:
                self.record(row)
            else:
                self.columns = [self.column(cell) for cell in row]
                self.refuse_repeated(row)
        return self.definition, self.faults

    def column(self, cell: Cell) -> str | None:
        name = cell.text.strip()
        if name in COLUMNS or not name:
            return name or None
        problem, remedy = f'unknown column "{shown(name)}"', suggest(name, COLUMNS)
        self.faults.append(Fault(*cell.place(), problem, remedy))
        return None

    def refuse_repeated(self, row: list[Cell]) -> None:
        if "record" not in self.columns:
            remedy = f"name the columns in the first row: {', '.join(COLUMNS[:4])} …"
            self.stop(Fault(*row[0].place(), 'the column "record" is missing', remedy))
        for number, (name, cell) in enumerate(zip(self.columns, row, strict=True)):
            if name and name in self.columns[:number]:
                problem = f'the column "{name}" stands here a second time'
                self.faults.append(Fault(*cell.place(), problem, "keep one of the two"))

    def record(self, row: list[Cell]) -> None:
        entry = Mapping(*row[0].place())
        self.count(entry)
        cells = dict[str, Cell]()
        for number, cell in enumerate(row):
            name = self.columns[number] if number < len(self.columns) else None
            if name and cell.text:
                cells.setdefault(name, cell)
            elif cell.text and number >= len(self.columns):
                problem = "no column is named above this cell"
                remedy = "put text with commas in quotes, or name the column in the first row"
                self.faults.append(Fault(*cell.place(), problem, remedy))
        kind = cells.pop("record", None)
        self.source(entry, cells)
        for name, cell in cells.items():
            self.field(entry, name, cell)
        self.place_record(kind, entry, row[0])

    def field(self, entry: Mapping, name: str, cell: Cell) -> None:
        line, column = cell.place()
        key = Scalar(line, column, name)
        if name in NESTED:
            nested = Composer(cell.text, cell.place)
            nested.nodes, nested.faults = self.nodes, self.faults
            self.pair(entry, key, nested.compose())
            self.nodes = nested.nodes
        else:
            self.pair(entry, key, self.text(cell))

    def source(self, entry: Mapping, cells: dict[str, Cell]) -> None:
        found = {name: cells.pop(column) for column, name in SOURCE.items() if column in cells}
        if not found:
            return
        line, column = next(iter(found.values())).place()
        source = Mapping(line, column)
        for name, cell in found.items():
            self.pair(source, Scalar(*cell.place(), name), self.text(cell))
        self.pair(entry, Scalar(line, column, "source"), source)

    def text(self, cell: Cell) -> Scalar:
        node = Scalar(*cell.place(), cell.text)
        self.count(node)
        return node

    def place_record(self, kind: Cell | None, entry: Mapping, first: Cell) -> None:
        place = kind or first
        match kind.text.strip() if kind else "":
            case "checklist" if not self.has_checklist:
                self.has_checklist = True
                entry.pairs |= self.definition.pairs
                self.definition = entry
            case "checklist":
                self.refuse(place, "a second checklist begins here", "keep one of the two")
            case "item" if self.items is not None:
                self.items.items.append(entry)
            case "item":
                remedy = "put its section's row above it"
                self.refuse(place, "this item stands before every section", remedy)
            case record if record in LISTS:
                self.append(record, entry)
            case "":
                self.refuse(place, "this row does not say what it is", suggest("", RECORDS))
            case record:
                self.refuse(place, f'unknown record "{shown(record)}"', suggest(record, RECORDS))

    def append(self, record: str, entry: Mapping) -> None:
        name = LISTS[record]
        if name not in self.lists:
            self.lists[name] = self.sequence(self.definition, name, entry)
        self.lists[name].items.append(entry)
        if record == "section":
            self.items = self.sequence(entry, "items", entry)

    def sequence(self, parent: Mapping, name: str, place: Mapping) -> Sequence:
        entries = Sequence(place.line, place.column)
        self.pair(parent, Scalar(place.line, place.column, name), entries)
        return entries

    def refuse(self, cell: Cell, problem: str, remedy: str) -> None:
        self.faults.append(Fault(*cell.place(), problem, remedy))
