"""YAML bytes -> nodes, for a small and safe part of YAML.

Aliases, anchors, tags, merge keys and further documents are refused, and so is everything that is
too deep or too large. The parser's events are read one by one and nothing is built recursively,
so a hostile file costs no more than its 5 MB.
"""

import importlib
import re
from collections.abc import Iterator
from typing import Any

import yaml

from checklist.faults import Fault, shown
from checklist.formats import yaml_errors
from checklist.formats.nodes import Kind, Mapping, Node, Scalar, Sequence
from checklist.formats.text import UNPRINTABLE, decode, empty, unprintable
from checklist.formats.tree import Tree
from checklist.formats.yaml_slow import SlowParser

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


def compose(data: bytes) -> tuple[Node, list[Fault]]:
    """The root node, and the faults that did not keep the rest from being read.

    Raises FaultyFile where reading had to stop.
    """
    return _Composer().compose(decode(data))


class _Composer(Tree):
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

    def take(self, event: Any) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        match event:
            case yaml.ScalarEvent():
                self.add(self.scalar(event, line, column))
            case yaml.MappingStartEvent():
                self.begin(event, Mapping(line, column))
            case yaml.SequenceStartEvent():
                self.begin(event, Sequence(line, column))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.leave()
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
            self.faults.append(unprintable(line, column, found[0]))
            kind = Kind.REFUSED
        return Scalar(line, column, event.value, kind)

    def begin(self, event: Any, node: Sequence | Mapping) -> None:
        self.refuse_marks(event, node.line, node.column)
        self.enter(node)

    def refuse_marks(self, event: Any, line: int, column: int) -> None:
        if event.anchor is not None:
            problem = f"&{shown(event.anchor)} is an anchor, and anchors are not read"
            self.faults.append(Fault(line, column, problem, "remove the & and its name"))
        if event.tag is not None:
            name = event.tag.replace("tag:yaml.org,2002:", "!!")
            problem = f"{shown(name)} is a tag, and tags are not read"
            remedy = "remove it, and put the value in quotes where text is wanted"
            self.faults.append(Fault(line, column, problem, remedy))

    def pair(self, parent: Mapping, key: Scalar, node: Node) -> None:
        if key.value == "<<" and key.kind is not Kind.REFUSED:
            remedy = "write the fields out again"
            problem = "<< merges another mapping, and merging is not read"
            self.faults.append(Fault(key.line, key.column, problem, remedy))
        else:
            super().pair(parent, key, node)


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
