"""Progress by section as bars: the geometry that the SVG template draws."""

from dataclasses import dataclass
from itertools import groupby

from audits.reports.summary import Entry, Section

WIDTH = 300
HEIGHT = 12
WIDEST_CELL = 36
NARROWEST_CELL = 4
GAP = 1.5
ORDER = ("done", "not_applicable", "risk_accepted", "open", "blocker")


@dataclass(frozen=True)
class Cell:
    """A rectangle of the bar, in units of the SVG's view box."""

    kind: str
    x: str
    width: str


def bars(sections: list[Section]) -> dict[str, tuple[Cell, ...]]:
    """Cells by section anchor, one an item and all on one scale, so that lengths compare.

    When cells would get too thin to tell apart, each state is one run instead.
    """
    longest = max((len(section.entries) for section in sections), default=1)
    step = min(WIDEST_CELL, WIDTH / max(longest, 1))
    draw = _single if step >= NARROWEST_CELL else _runs
    return {section.anchor: tuple(draw(_kinds(section), step)) for section in sections}


def _kinds(section: Section) -> list[str]:
    return sorted((_kind(entry) for entry in section.entries), key=ORDER.index)


def _kind(entry: Entry) -> str:
    return "blocker" if entry.blocks else entry.answer["counts_as"]


def _single(kinds: list[str], step: float) -> list[Cell]:
    return [_cell(kind, index * step, step - GAP) for index, kind in enumerate(kinds)]


def _runs(kinds: list[str], step: float) -> list[Cell]:
    cells, start = [], 0
    for kind, run in groupby(kinds):
        length = len(list(run))
        cells.append(_cell(kind, start * step, length * step))
        start += length
    return cells


def _cell(kind: str, x: float, width: float) -> Cell:
    return Cell(kind, f"{x:.2f}", f"{width:.2f}")
