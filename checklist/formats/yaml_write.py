"""A definition's plain values -> YAML that a person likes to read and any YAML reader reads alike.

Texts of several lines are literal blocks, long ones are folded, a source stands in one line, and
quotes stand only where the text would be something else without them.
"""

import json
import re

WIDTH = 96
# Lines never wrap: editors and searches find them whole.
FOLDED = {"summary", "text", "guidance", "why", "verify", "value", "note", "reason"}

# What begins like a word or a figure, and holds nothing that YAML gives a meaning to.
PLAIN = re.compile(r"[^\W_](?:[^\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff#:]|:(?=\S)|(?<=\S)[#])*")
# A question mark is among them for the readers of YAML 1.1, to whom it opens a key.
IN_FLOW = re.compile(r"[,?\[\]{}]|:(?![\w/-])")
# What some version of YAML takes for a number, a date, a time or a word of its own.
SPECIAL = re.compile(
    r"[-+\d.,:_eExXoObBtTzZ ]*|0x[\da-fA-F_]*|"
    r"(?i:true|false|yes|no|on|off|y|n|null|infinity|inf|nan)"
)
# Line ends that YAML would change, and what its readers skip.
ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
UNBLOCKABLE = re.compile("[\r\x85\u2028\u2029\ufeff]|^[ \t]+$", re.MULTILINE)
BREAK = re.compile(r"(?<=\S) (?=\S)")


def dump(definition: dict, schema: str = "") -> str:
    """`schema` is the address of the JSON Schema, for the editors that know the comment."""
    head = f"# yaml-language-server: $schema={schema}\n" if schema else ""
    return head + "".join(_pairs(definition, 0))


def _pairs(mapping: dict, indent: int) -> list[str]:
    lines = []
    for key, value in mapping.items():
        lines += _pair(key, value, indent)
    return lines


def _pair(key: str, value, indent: int) -> list[str]:
    margin = " " * indent
    if isinstance(value, str):
        return [f"{margin}{key}: {_scalar(key, value, indent + 2)}\n"]
    if isinstance(value, bool | int):
        return [f"{margin}{key}: {json.dumps(value)}\n"]
    if isinstance(value, dict):
        return [f"{margin}{key}: {_flow(value)}\n"]
    if all(isinstance(entry, str) for entry in value):
        return [f"{margin}{key}: {_flow(value)}\n"]
    lines = [f"{margin}{key}:\n"]
    for entry in value:
        lines += _entry(entry, indent + 2)
    return lines


def _entry(entry: dict, indent: int) -> list[str]:
    margin = " " * indent
    if set(entry) == {"document", "place"}:
        return [f"{margin}- {_flow(entry)}\n"]
    lines = _pairs(entry, indent + 2)
    lines[0] = f"{margin}- {lines[0].lstrip(' ')}"
    return lines


def _flow(value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _quoted(value) if IN_FLOW.search(value) else _line(value)


def _scalar(key: str, text: str, indent: int) -> str:
    if "\n" in text and text.strip() and not UNBLOCKABLE.search(text):
        if text.lstrip("\n")[0] not in " \t":
            return _literal(text, " " * indent)
    elif key in FOLDED and len(text) + indent > WIDTH and _may_fold(text):
        return _folded(text, " " * indent)
    return _line(text)


def _literal(text: str, margin: str) -> str:
    keep = {0: "|-", 1: "|"}.get(len(text) - len(text.rstrip("\n")), "|+")
    body = text[:-1] if text.endswith("\n") else text
    return keep + "".join(f"\n{margin if line else ''}{line}" for line in body.split("\n"))


def _may_fold(text: str) -> bool:
    return text == text.strip() and "\n" not in text and not UNBLOCKABLE.search(text)


def _folded(text: str, margin: str) -> str:
    lines, line = [], ""
    for word in BREAK.split(text):
        if line and len(margin) + len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return ">-" + "".join(f"\n{margin}{one}" for one in [*lines, line])


def _line(text: str) -> str:
    plain = PLAIN.fullmatch(text) and not text.endswith((" ", ":")) and not SPECIAL.fullmatch(text)
    return text if plain else _quoted(text)


def _quoted(text: str) -> str:
    if '"' in text and "'" not in text and text.isprintable() and "\\" not in text:
        return f"'{text}'"
    escaped = json.dumps(text, ensure_ascii=False)
    return ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped)
