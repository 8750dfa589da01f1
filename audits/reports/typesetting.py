"""WeasyPrint, spared work that changes no byte of a report.

docs/benchmarks.md says what this saves. Only the worker loads this module: WeasyPrint needs
Pango's native libraries.
"""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pydyf
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.html import UA, UA_COUNTER_STYLE

# WeasyPrint's own stylesheet gives each element a marker and five kinds of notes to style.
NOTES = re.compile(r"^::(?:foot)?note-[^{]*\{[^}]*\}\n", re.MULTILINE)
# It would name counter styles that UA_COUNTER_STYLE has already, and warn of it in the log.
COUNTERS = re.compile(r"@counter-style[^{]*\{[^}]*\}")
MARKER = re.compile(r"^::marker\b", re.MULTILINE)
STYLESHEET = CSS(
    string=MARKER.sub("li::marker", COUNTERS.sub("", NOTES.sub("", UA))),
    counter_style=UA_COUNTER_STYLE,
)


class Paper(HTML):
    """A document without footnotes, in which list items alone have markers.

    Should WeasyPrint no longer ask this method, it takes longer to the same end.
    """

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [STYLESHEET]


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection meanwhile.

    Boxes and tags live until the end; looking through all of them again and again while they
    grow more takes a fifth of the time, and finds next to nothing.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Settled(pydyf.Object):
    """An object of a PDF that will not change any more, as its bytes."""

    compressible = False
    data = b""

    def __init__(self, source: pydyf.Object) -> None:
        super().__init__()
        self.number = source.number
        self.generation = source.generation
        self.compressible = source.compressible
        self.data = source.data


def settle(document: Document, pdf: pydyf.PDF) -> None:
    """WeasyPrint's `finisher`: let pages and tags go before the file is written.

    pydyf would serialise and compress each object twice, to write it and to hash it.
    """
    document.pages.clear()
    for place, each in enumerate(pdf.objects):
        if each.free != "f":
            pdf.objects[place] = Settled(each)


def _page_references(pdf: pydyf.PDF) -> tuple[bytes, ...]:
    numbers = pdf.pages["Kids"][::3]
    known: tuple[bytes, ...] = getattr(pdf, "_known_references", ())
    if len(known) != len(numbers):
        known = tuple(f"{number} 0 R".encode() for number in numbers)
        pdf._known_references = known
    return known


# WeasyPrint asks for the references of all pages for each tag on each page: pydyf made them
# anew each time, which for 1,200 items took as long as all the tags.
pydyf.PDF.page_references = property(_page_references)
