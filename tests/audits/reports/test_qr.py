"""The code on the cover: the very modules of the QR code, drawn as one path."""

import re

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from audits.reports.qr import QUIET, code

ADDRESS = "https://audits.harbour.example/verify/" + "5f" * 32 + "/"


def modules_of(path):
    """The dark modules that the rectangles of a path cover."""
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path)
    assert "".join(f"M{x} {y}h{n}v1h-{back}z" for x, y, n, back in runs) == path
    return {(int(x) + step, int(y)) for x, y, n, _ in runs for step in range(int(n))}


def test_path_covers_the_dark_modules_and_no_others():
    made = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    made.add_data(ADDRESS, optimize=0)
    dark = {
        (x, y) for y, row in enumerate(made.get_matrix()) for x, module in enumerate(row) if module
    }

    assert modules_of(code(ADDRESS).path) == dark


def test_code_is_surrounded_by_its_quiet_zone():
    drawn = code(ADDRESS)
    inner = range(QUIET, drawn.size - QUIET)

    assert all(x in inner and y in inner for x, y in modules_of(drawn.path))


def test_another_address_is_another_code():
    assert code(ADDRESS).path != code(ADDRESS.replace("5f", "5e", 1)).path
