"""A QR code as the path of an SVG, drawn in the page itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

# Modules of white around the code: the least that ISO/IEC 18004 lets readers rely on.
QUIET = 4


@dataclass(frozen=True)
class Code:
    """`size` is the side of the square view box in modules, the quiet zone included."""

    size: int
    path: str


def code(text: str) -> Code:
    """The text, which is an address here, with a quarter of the code to spare for damage."""
    made = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    made.add_data(text, optimize=0)
    made.make(fit=True)
    rows = made.get_matrix()
    return Code(len(rows), "".join(_runs(rows)))


def _runs(rows: list[list[bool]]) -> Iterator[str]:
    """One rectangle for each run of dark modules, so that no hairline parts two of a row."""
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                yield f"M{x} {y}h{length}v1h-{length}z"
            x += length
