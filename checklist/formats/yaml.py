"""YAML bytes -> nodes, for a small and safe part of YAML.

Aliases, anchors, tags, merge keys and further documents are refused, and so is everything that is
too deep or too large. The parser's events are read one by one and nothing is built recursively,
so a hostile file costs no more than its 5 MB.
"""

import importlib
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from checklist.faults import Fault, FaultyFile, shown
from checklist.formats import yaml_errors
from checklist.formats.nodes import Kind, Mapping, Node, Scalar, Sequence
from checklist.formats.yaml_slow import SlowParser

MAX_BYTES = 5_000_000
MAX_DEPTH = 12
MAX_NODES = 500_000

try:
    Parser: Any = importlib.import_module("yaml.cyaml").CParser
except ImportError:  # PyYAML was built without libyaml: slower, and otherwise the same.
    Parser = SlowParser

# What YAML 1.2 calls no text, unless quoted. YAML 1.1's yes, no, on, off and 12:30 stay text.
NUMBER = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
    r"|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
BOOLEANS = frozenset({"true", "True", "TRUE", "false", "False", "FALSE"})
NOTHINGS = frozenset({"", "~", "null", "Null", "NULL"})

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
FOREIGN_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


def compose(data: bytes) -> tuple[Node, list[Fault]]:
    """The root node, and the faults that did not keep the rest from being read.

    Raises FaultyFile where reading had to stop.
    """
    return _Composer().compose(decode(data))


def decode(data: bytes) -> str:
    """Text without byte order mark; FaultyFile when too large, not UTF-8 or unprintable."""
    if len(data) > MAX_BYTES:
        raise FaultyFile([too_large()])
    for mark, name in FOREIGN_MARKS:
        if data.startswith(mark):
            raise FaultyFile([Fault(1, 1, f"the file is {name}", "save it as UTF-8")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place(error.object[: error.start].decode("utf-8", "replace"))
        byte = error.object[error.start]
        problem = f"the byte 0x{byte:02X} is not UTF-8"
        raise FaultyFile([Fault(line, column, problem, "save the file as UTF-8")]) from None
    if found := UNPRINTABLE.findall(text):
        line, column = _place(text[: text.index(found[0])])
        more = f", the first of {len(found):,}" if len(found) > 1 else ""
        raise FaultyFile([_unprintable(line, column, found[0], more)])
    if not text.strip():
        raise FaultyFile([empty()])
    return text


def too_large() -> Fault:
    limit = f"{MAX_BYTES // 1_000_000} MB"
    return Fault(1, 1, f"the file is larger than {limit}", "split it into several checklists")


def empty() -> Fault:
    return Fault(1, 1, "the file is empty", "write slug, title, version, documents and sections")


def _place(before: str) -> tuple[int, int]:
    line_start = before.rfind("\n") + 1
    return before.count("\n") + 1, len(before) - line_start + 1


def _unprintable(line: int, column: int, character: str, more: str = "") -> Fault:
    problem = f"the control character U+{ord(character):04X} cannot be shown{more}"
    return Fault(line, column, problem, "remove it")


class _Composer:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.root: Node | None = None
        self.open: list[Sequence | Mapping] = []
        self.keys: list[Scalar | None] = []
        self.nodes = 0

    def compose(self, text: str) -> tuple[Node, list[Fault]]:
        try:
            for event in _events(text):
                self.take(event)
        except (yaml.YAMLError, ValueError) as error:
            self.stop(yaml_errors.fault(error, text))
        root = self.root
        if root is None or (isinstance(root, Scalar) and root.kind is Kind.NOTHING):
            self.stop(empty())
        return root, self.faults

    def stop(self, fault: Fault) -> NoReturn:
        raise FaultyFile([*self.faults, fault])

    def take(self, event: Any) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        match event:
            case yaml.ScalarEvent():
                self.add(self.scalar(event, line, column))
            case yaml.MappingStartEvent():
                self.enter(event, Mapping(line, column))
            case yaml.SequenceStartEvent():
                self.enter(event, Sequence(line, column))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.open.pop()
                self.keys.pop()
            case yaml.AliasEvent():
                problem = f"*{shown(event.anchor or '')} is an alias, and aliases are not read"
                self.faults.append(Fault(line, column, problem, "write the value out again"))
                self.add(Scalar(line, column, "", Kind.REFUSED))
            case yaml.DocumentStartEvent() if self.root is not None:
                remedy = 'remove the "---", or put what follows into a file of its own'
                self.stop(Fault(line, column, "a second document begins here", remedy))

    def scalar(self, event: Any, line: int, column: int) -> Scalar:
        self.refuse_marks(event, line, column)
        plain = event.implicit[0] and not event.style
        kind = _kind(event.value) if plain else Kind.TEXT
        if not plain and (found := UNPRINTABLE.search(event.value)):
            self.faults.append(_unprintable(line, column, found[0]))
            kind = Kind.REFUSED
        return Scalar(line, column, event.value, kind)

    def enter(self, event: Any, node: Sequence | Mapping) -> None:
        self.refuse_marks(event, node.line, node.column)
        if len(self.open) == MAX_DEPTH:
            problem = f"this is nested more than {MAX_DEPTH} levels deep"
            self.stop(Fault(node.line, node.column, problem, "no field is that deep: flatten it"))
        self.add(node)
        self.open.append(node)
        self.keys.append(None)

    def refuse_marks(self, event: Any, line: int, column: int) -> None:
        if event.anchor is not None:
            problem = f"&{shown(event.anchor)} is an anchor, and anchors are not read"
            self.faults.append(Fault(line, column, problem, "remove the & and its name"))
        if event.tag is not None:
            name = event.tag.replace("tag:yaml.org,2002:", "!!")
            problem = f"{shown(name)} is a tag, and tags are not read"
            remedy = "remove it, and put the value in quotes where text is wanted"
            self.faults.append(Fault(line, column, problem, remedy))

    def add(self, node: Node) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            problem = f"the file has more than {MAX_NODES:,} values"
            self.stop(Fault(node.line, node.column, problem, "split it into several checklists"))
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif (key := self.keys[-1]) is None:
            self.keys[-1] = self.key(node)
        else:
            self.keys[-1] = None
            self.pair(parent, key, node)

    def key(self, node: Node) -> Scalar:
        if isinstance(node, Scalar):
            return node
        remedy = "write a field's name followed by a colon; put text with brackets in quotes"
        problem = "a list or a mapping stands where a field's name is wanted"
        self.faults.append(Fault(node.line, node.column, problem, remedy))
        return Scalar(node.line, node.column, "", Kind.REFUSED)

    def pair(self, parent: Mapping, key: Scalar, node: Node) -> None:
        if key.kind is Kind.REFUSED:
            return
        if key.value == "<<":
            remedy = "write the fields out again"
            problem = "<< merges another mapping, and merging is not read"
            self.faults.append(Fault(key.line, key.column, problem, remedy))
        elif key.value in parent.pairs:
            problem = f'the field "{shown(key.value)}" stands here a second time'
            problem += f", first in line {parent.pairs[key.value][0].line}"
            remedy = "keep one of the two"
            self.faults.append(Fault(key.line, key.column, problem, remedy))
        else:
            parent.pairs[key.value] = key, node


def _events(text: str) -> Iterator[Any]:
    parser = Parser(text)
    while parser.check_event():
        yield parser.get_event()


def _kind(value: str) -> Kind:
    if value in NOTHINGS:
        return Kind.NOTHING
    if value in BOOLEANS:
        return Kind.BOOLEAN
    return Kind.NUMBER if NUMBER.fullmatch(value) else Kind.TEXT
