"""Nodes put together one after the other, never recursively, within caps."""

from typing import NoReturn

from checklist.faults import Fault, FaultyFile, shown
from checklist.formats.nodes import Kind, Mapping, Node, Scalar, Sequence

MAX_DEPTH = 12
MAX_NODES = 500_000


class Tree:
    """Takes what a parser finds, in the order of the file; in a mapping, key and value in turn.

    `faults` are those that did not keep the rest from being read; `stop` raises for the others.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.root: Node | None = None
        self.open: list[Sequence | Mapping] = []
        self.keys: list[Scalar | None] = []
        self.nodes = 0

    def stop(self, fault: Fault) -> NoReturn:
        raise FaultyFile([*self.faults, fault])

    def enter(self, node: Sequence | Mapping) -> None:
        if len(self.open) == MAX_DEPTH:
            problem = f"this is nested more than {MAX_DEPTH} levels deep"
            self.stop(Fault(node.line, node.column, problem, "no field is that deep: flatten it"))
        self.add(node)
        self.open.append(node)
        self.keys.append(None)

    def leave(self) -> None:
        self.open.pop()
        self.keys.pop()

    def count(self, node: Node) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            problem = f"the file has more than {MAX_NODES:,} values"
            self.stop(Fault(node.line, node.column, problem, "split it into several files"))

    def add(self, node: Node) -> None:
        self.count(node)
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
        if key.value in parent.pairs:
            problem = f'the field "{shown(key.value)}" stands here a second time'
            problem += f", first in line {parent.pairs[key.value][0].line}"
            self.faults.append(Fault(key.line, key.column, problem, "keep one of the two"))
        else:
            parent.pairs[key.value] = key, node
