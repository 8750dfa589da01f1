"""JSON bytes -> nodes, and back; with the same caps and the same care for places as YAML.

Python's own parser gives values without their places, and recurses. This one reads strict JSON,
save that a tab may stand in a text as it is.
"""

import json
import re
from collections.abc import Callable
from typing import NoReturn

from checklist.faults import Fault, shown
from checklist.formats.nodes import Kind, Mapping, Node, Scalar, Sequence
from checklist.formats.text import MAX_BYTES, UNPRINTABLE, Places, decode, unprintable
from checklist.formats.tree import Tree

SPACE = re.compile(r"[ \t\r\n]*")
# Possessive, so that nothing is tried twice: a hostile text costs no more than its length.
STRING = re.compile(r'"(?:[^"\\\r\n]++|\\.)*+"')
WORD = re.compile(r'[^\s{}\[\],:"]+')
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
WORDS = {"true": Kind.BOOLEAN, "false": Kind.BOOLEAN, "null": Kind.NOTHING}
CLOSERS = {"{": "}", "[": "]"}

# What may stand next.
VALUE, FIRST_ENTRY, KEY, FIRST_KEY, COLON, NEXT, END = range(7)


def dump(definition: dict) -> str:
    """Indented; without a space between where it would be too large to be read again."""
    text = json.dumps(definition, ensure_ascii=False, indent=2) + "\n"
    if len(text.encode()) > MAX_BYTES:
        return json.dumps(definition, ensure_ascii=False, separators=(",", ":")) + "\n"
    return text


def compose(data: bytes) -> tuple[Node, list[Fault]]:
    """The root node, and the faults that did not keep the rest from being read.

    Raises FaultyFile where reading had to stop.
    """
    text = decode(data)
    composer = Composer(text, Places(text).at)
    return composer.compose(), composer.faults


class Composer(Tree):
    """Reads one value from `text`; `place` turns an index into it into line and column."""

    def __init__(self, text: str, place: Callable[[int], tuple[int, int]]) -> None:
        super().__init__()
        self.text = text
        self.place = place
        self.at = 0
        self.wanted = VALUE
        self.starts: list[int] = []

    def compose(self) -> Node:
        while True:
            match = SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at
            if self.at == len(self.text):
                return self.finish()
            self.take(self.text[self.at])

    def finish(self) -> Node:
        if self.starts:
            opener = self.text[self.starts[-1]]
            what = "mapping in braces" if opener == "{" else "list in square brackets"
            remedy = f"close it with {CLOSERS[opener]}"
            self.fail(self.starts[-1], f"this {what} is not closed", remedy)
        if self.root is None:
            self.fail(0, "a value is missing here", "write it")
        return self.root

    def fail(self, index: int, problem: str, remedy: str) -> NoReturn:
        self.stop(Fault(*self.place(index), problem, remedy))

    def take(self, character: str) -> None:
        if self.wanted in (VALUE, FIRST_ENTRY):
            self.take_value(character)
        elif self.wanted in (KEY, FIRST_KEY):
            self.take_key(character)
        elif self.wanted == NEXT:
            self.take_next(character)
        elif self.wanted == END:
            remedy = "remove it, or put it into a file of its own"
            self.fail(self.at, "something follows the end", remedy)
        elif character == ":":
            self.step(VALUE)
        else:
            self.fail(self.at, "a colon is missing here", 'write a field as "name": value')

    def step(self, wanted: int) -> None:
        self.at += 1
        self.wanted = wanted

    def take_next(self, character: str) -> None:
        opener = self.text[self.starts[-1]]
        if character == CLOSERS[opener]:
            self.close()
        elif character == ",":
            self.step(KEY if opener == "{" else VALUE)
        else:
            remedy = f"put a comma between two entries, and {CLOSERS[opener]} after the last"
            self.fail(self.at, "a comma is missing here", remedy)

    def take_key(self, character: str) -> None:
        if character == '"':
            self.add(self.string())
            self.wanted = COLON
        elif character == "}" and self.wanted == FIRST_KEY:
            self.close()
        else:
            self.complain(character, "a field's name", 'write it in double quotes: "name": value')

    def take_value(self, character: str) -> None:
        if character in CLOSERS:
            self.open_with(character)
        elif character == "]" and self.wanted == FIRST_ENTRY:
            self.close()
        elif character == '"':
            self.add(self.string())
            self.after_value()
        elif (word := WORD.match(self.text, self.at)) is not None:
            self.add(self.word(word[0]))
            self.at = word.end()
            self.after_value()
        else:
            self.complain(character, "a value", "write it, or remove what stands before it")

    def complain(self, character: str, what: str, remedy: str) -> None:
        before = self.text[: self.at].rstrip(" \t\r\n")
        if character in "]}" and before.endswith(","):
            self.fail(len(before) - 1, "a comma stands before the end", "remove the comma")
        self.fail(self.at, f"{what} is missing here", remedy)

    def open_with(self, character: str) -> None:
        line, column = self.place(self.at)
        self.enter(Mapping(line, column) if character == "{" else Sequence(line, column))
        self.starts.append(self.at)
        self.step(FIRST_KEY if character == "{" else FIRST_ENTRY)

    def close(self) -> None:
        self.leave()
        self.starts.pop()
        self.at += 1
        self.after_value()

    def after_value(self) -> None:
        self.wanted = NEXT if self.starts else END

    def string(self) -> Scalar:
        match = STRING.match(self.text, self.at)
        if match is None:
            remedy = 'close it with " in the same line, and write \\n for a line break'
            self.fail(self.at, "this quoted text never ends", remedy)
        line, column = self.place(self.at)
        value, self.at = match[0][1:-1], match.end()
        if "\\" in value:
            value = self.unescaped(match)
        if found := UNPRINTABLE.search(value):
            self.faults.append(unprintable(line, column, found[0]))
            return Scalar(line, column, value, Kind.REFUSED)
        return Scalar(line, column, value)

    def unescaped(self, quoted: re.Match[str]) -> str:
        try:
            return json.loads(quoted[0], strict=False)
        except json.JSONDecodeError as error:
            at = quoted.start() + error.pos
            self.fail(at, "an unknown escape stands here", "write \\\\ for a backslash")

    def word(self, word: str) -> Scalar:
        line, column = self.place(self.at)
        if word in WORDS:
            return Scalar(line, column, word, WORDS[word])
        if not NUMBER.fullmatch(word):
            remedy = "put text in double quotes"
            if word.startswith(("/", "#")):
                remedy += "; JSON has no comments"
            self.fail(self.at, f"{shown(word)} is no JSON value", remedy)
        return Scalar(line, column, word, Kind.NUMBER)
