"""Checklists of any size, as YAML: real items again and again, each with a name of its own."""

from itertools import cycle, islice
from pathlib import Path
from typing import Any

import yaml

from bench.processes import PROJECT

SOURCE = PROJECT / "fixtures" / "checklists" / "claude-production.yaml"
ITEMS_A_SECTION = 40
# A file may have 5 MB: a catalogue of ten thousand items says little of each.
LONGEST = 1_500
EVIDENCE = {"kind": "link", "text": "The page that shows it"}


class Dumper(yaml.CSafeDumper):
    """The format knows no anchors."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def write(path: Path, slug: str, items: int) -> Path:
    source = yaml.load(SOURCE.read_text(encoding="utf-8"), yaml.CSafeLoader)
    real = cycle(item for section in source["sections"] for item in section["items"])
    chosen = [_item(item, number, items) for number, item in enumerate(islice(real, items), 1)]
    content = {
        "slug": slug,
        "title": f"Catalogue of {items} items",
        "version": "1.0.0",
        "summary": source["summary"],
        "documents": source["documents"],
        "sections": [
            {
                "id": f"section-{start // ITEMS_A_SECTION + 1}",
                "title": f"Section {start // ITEMS_A_SECTION + 1}",
                "items": chosen[start : start + ITEMS_A_SECTION],
            }
            for start in range(0, items, ITEMS_A_SECTION)
        ],
    }
    text = yaml.dump(content, Dumper=Dumper, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return path


def _item(item: dict[str, Any], number: int, items: int) -> dict[str, Any]:
    named = item | {"id": f"{item['id']}-{number}", "title": f"{item['title']} ({number})"}
    if items <= LONGEST:
        return named
    wanted = ("id", "title", "severity", "source")
    brief = {name: _brief(item[name]) for name in ("guidance", "why", "verify")}
    return {name: named[name] for name in wanted} | brief | {"evidence": [EVIDENCE]}


def _brief(text: str) -> str:
    """The first sentence or so."""
    return " ".join(text.split())[:56].rpartition(" ")[0] + "."
