"""The YAML parser's words, translated for the person who writes the file."""

from typing import NamedTuple

import yaml

from checklist.faults import Fault, shown


class Words(NamedTuple):
    """`at_start`: the place to name is where the broken thing began, not where it was noticed."""

    clue: str
    problem: str
    remedy: str
    at_start: bool = False


# The clues are in the words of libyaml or of PyYAML's own parser; the first that fits counts.
KNOWN = (
    Words(
        "mapping values are not allowed",
        "a colon makes a field where none can be",
        "put text that holds a colon in quotes, or align the field with those beside it",
    ),
    Words(
        "could not find expected ':'",
        "this line has no colon",
        "write a field as name: value, or indent the line so that it belongs to the text above",
        at_start=True,
    ),
    Words(
        "tab character",
        "a tab stands where indentation is wanted",
        "indent with spaces",
    ),
    Words(
        "unexpected end of stream",
        "this quoted text never ends",
        "close it with the quote that it began with",
        at_start=True,
    ),
    Words(
        "unexpected document separator",
        "this quoted text never ends",
        "close it with the quote that it began with",
        at_start=True,
    ),
    Words(
        "unknown escape character",
        "an unknown escape stands in a text in double quotes",
        "write \\\\ for a backslash, or put the text in single quotes",
    ),
    Words(
        "escape code",
        "this escape is no character",
        "write the character itself",
    ),
    Words(
        "',' or ']'",
        "this list in square brackets is not closed",
        "close it with ], or put text that begins with [ in quotes",
        at_start=True,
    ),
    Words(
        "',' or '}'",
        "this mapping in braces is not closed",
        "close it with }, or put text that begins with { in quotes",
        at_start=True,
    ),
    Words(
        "'-' indicator",
        "this line ends a list without belonging to anything above",
        "indent it as its neighbours are, or begin it with a hyphen and a space",
    ),
    Words(
        "expected key",
        "this does not fit the field before it",
        "indent it as its neighbours are, and put nothing behind a closing quote",
    ),
    Words(
        "<block end>",
        "this does not fit what stands before it",
        "indent it as its neighbours are, and put nothing behind a closing quote",
    ),
    Words(
        "node content",
        "a value is missing here",
        "write it, or remove what stands before it",
    ),
    Words("incompatible YAML", "this version of YAML is not read", "remove the %YAML line"),
)


def fault(error: yaml.YAMLError | ValueError, text: str) -> Fault:
    """The parser's error about `text`, with its place and a remedy."""
    said = str(getattr(error, "problem", error) or "")
    start = getattr(error, "context_mark", None)
    noticed = getattr(error, "problem_mark", None) or start
    if "cannot start any token" in said and noticed is not None:
        words = _bad_start(text, noticed.line, noticed.column)
    else:
        remedy = "put text with special characters in quotes"
        unknown = Words("", f"this is not YAML: {shown(said)}", remedy)
        words = next((words for words in KNOWN if words.clue in said), unknown)
    mark = start if words.at_start and start is not None else noticed
    line, column = (mark.line, mark.column) if mark else (0, 0)
    return Fault(line + 1, column + 1, words.problem, words.remedy)


def _bad_start(text: str, line: int, column: int) -> Words:
    lines = text.splitlines()
    character = lines[line][column : column + 1] if line < len(lines) else ""
    if character == "\t":
        return Words("", "a tab stands where indentation is wanted", "indent with spaces")
    return Words("", f"text cannot begin with {character}", "put the text in quotes")
