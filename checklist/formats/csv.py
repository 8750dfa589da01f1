"""CSV bytes -> nodes, and back. One file holds a whole definition, a record a row.

The column `record` says what a row is; what the records and columns are, a layout says. What is a
list of its own stands as JSON in its cell.
"""

import json
from collections.abc import Iterator

from checklist.faults import Fault, shown, suggest
from checklist.formats.csv_cells import Cell, rows, written
from checklist.formats.csv_layout import Layout
from checklist.formats.json import Composer
from checklist.formats.nodes import Kind, Mapping, Node, Scalar, Sequence
from checklist.formats.text import decode
from checklist.formats.tree import Tree


def dump(definition: dict, layout: Layout) -> str:
    """With the mark of UTF-8, without which Excel takes it for something else."""
    records = (_cells(record, layout) for record in _records(definition, layout))
    lines = [list(layout.columns), *records]
    return "\ufeff" + "".join(",".join(map(written, line)) + "\r\n" for line in lines)


def _records(definition: dict, layout: Layout) -> Iterator[dict]:
    lists, inner = {*layout.lists.values()}, layout.child_list
    head = {key: value for key, value in definition.items() if key not in lists}
    yield {"record": layout.head, **head}
    for record, key in layout.lists.items():
        for entry in definition.get(key, []):
            children = entry.get(inner, []) if record == layout.parent else []
            yield {"record": record, **{k: v for k, v in entry.items() if k != inner}}
            yield from ({"record": layout.child, **child} for child in children)


def _cells(record: dict, layout: Layout) -> list[str]:
    flat = dict(record)
    inner = flat.pop(layout.inner, {})
    flat |= {column: inner[name] for column, name in layout.inner_columns.items() if name in inner}
    for name in (*layout.nested, *layout.booleans):
        if name in flat:
            flat[name] = json.dumps(flat[name], ensure_ascii=False)
    return [flat.get(column, "") for column in layout.columns]


def compose(data: bytes, layout: Layout) -> tuple[Node, list[Fault]]:
    """The root node, and the faults that did not keep the rest from being read.

    Raises FaultyFile where reading had to stop.
    """
    return _Composer(layout).compose(decode(data))


class _Composer(Tree):
    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.layout = layout
        self.definition = Mapping(1, 1)
        self.columns: list[str | None] = []
        self.has_head = False
        self.lists: dict[str, Sequence] = {}
        # Of the parent above.
        self.children: Sequence | None = None

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
        columns = list(self.layout.columns)
        if name in columns or not name:
            return name or None
        problem, remedy = f'unknown column "{shown(name)}"', suggest(name, columns)
        self.faults.append(Fault(*cell.place(), problem, remedy))
        return None

    def refuse_repeated(self, row: list[Cell]) -> None:
        if "record" not in self.columns:
            remedy = f"name the columns in the first row: {', '.join(self.layout.columns[:4])} …"
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
        self.inner(entry, cells)
        for name, cell in cells.items():
            self.field(entry, name, cell)
        self.place_record(kind, entry, row[0])

    def field(self, entry: Mapping, name: str, cell: Cell) -> None:
        line, column = cell.place()
        key = Scalar(line, column, name)
        if name in self.layout.nested:
            nested = Composer(cell.text, cell.place)
            nested.nodes, nested.faults = self.nodes, self.faults
            self.pair(entry, key, nested.compose())
            self.nodes = nested.nodes
        else:
            value = self.text(cell)
            if name in self.layout.booleans and cell.text.lower() in ("true", "false"):
                value.kind = Kind.BOOLEAN
            self.pair(entry, key, value)

    def inner(self, entry: Mapping, cells: dict[str, Cell]) -> None:
        columns = self.layout.inner_columns.items()
        found = {name: cells.pop(column) for column, name in columns if column in cells}
        if not found:
            return
        line, column = next(iter(found.values())).place()
        inner = Mapping(line, column)
        for name, cell in found.items():
            self.pair(inner, Scalar(*cell.place(), name), self.text(cell))
        self.pair(entry, Scalar(line, column, self.layout.inner), inner)

    def text(self, cell: Cell) -> Scalar:
        node = Scalar(*cell.place(), cell.text)
        self.count(node)
        return node

    def place_record(self, kind: Cell | None, entry: Mapping, first: Cell) -> None:
        place, layout = kind or first, self.layout
        match kind.text.strip() if kind else "":
            case layout.head if not self.has_head:
                self.has_head = True
                entry.pairs |= self.definition.pairs
                self.definition = entry
            case layout.head:
                self.refuse(place, f"a second {layout.head} begins here", "keep one of the two")
            case record if record in layout.lists:
                self.append(record, entry)
            case "":
                self.refuse(place, "this row does not say what it is", suggest("", layout.records))
            case layout.child if self.children is not None:
                self.children.items.append(entry)
            case layout.child:
                remedy = f"put its {layout.parent}'s row above it"
                problem = f"this {layout.child} stands before every {layout.parent}"
                self.refuse(place, problem, remedy)
            case record:
                problem = f'unknown record "{shown(record)}"'
                self.refuse(place, problem, suggest(record, layout.records))

    def append(self, record: str, entry: Mapping) -> None:
        name = self.layout.lists[record]
        if name not in self.lists:
            self.lists[name] = self.sequence(self.definition, name, entry)
        self.lists[name].items.append(entry)
        if record == self.layout.parent:
            self.children = self.sequence(entry, self.layout.child_list, entry)

    def sequence(self, parent: Mapping, name: str, place: Mapping) -> Sequence:
        entries = Sequence(place.line, place.column)
        self.pair(parent, Scalar(place.line, place.column, name), entries)
        return entries

    def refuse(self, cell: Cell, problem: str, remedy: str) -> None:
        self.faults.append(Fault(*cell.place(), problem, remedy))
