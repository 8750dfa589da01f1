"""The formats that a checklist, or another definition, can be written in, by name."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath

from checklist.faults import Fault
from checklist.formats import csv, json, yaml, yaml_write
from checklist.formats.csv_layout import CHECKLIST, Layout
from checklist.formats.nodes import Node


@dataclass(frozen=True)
class Format:
    """`compose` reads, `dump` writes; the first of `suffixes` is that of files written."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    content_type: str
    compose: Callable[[bytes], tuple[Node, list[Fault]]]
    dump: Callable[[dict], str]


YAML = Format("yaml", "YAML", (".yaml", ".yml"), "application/yaml", yaml.compose, yaml_write.dump)
JSON = Format("json", "JSON", (".json",), "application/json", json.compose, json.dump)


def table(layout: Layout) -> Format:
    """CSV of a kind of definition, whose layout that is."""
    compose, dump = partial(csv.compose, layout=layout), partial(csv.dump, layout=layout)
    return Format("csv", "CSV", (".csv",), "text/csv", compose, dump)


CSV = table(CHECKLIST)

FORMATS = {each.name: each for each in (YAML, JSON, CSV)}
BY_SUFFIX = {suffix: each for each in FORMATS.values() for suffix in each.suffixes}


def of_file(name: str) -> Format | None:
    """By the end of the file's name; None when it says nothing."""
    return BY_SUFFIX.get(PurePath(name).suffix.lower())


def of_content(data: bytes) -> Format:
    """By how it begins: text that was pasted has no name."""
    start = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):
        return JSON
    first = start.split(b"\n", 1)[0].strip().strip(b'"')
    return CSV if first.startswith(b"record") and first[6:7] in b'",;\t' else YAML
