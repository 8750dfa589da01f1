"""The report's CSS as one text that fetches nothing: fonts and icons become data: URIs."""

import base64
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "static"
CSS = STATIC / "css"

MEDIA_TYPES = {".woff2": "font/woff2", ".svg": "image/svg+xml"}
FACE = re.compile(r"@font-face \{.*?\n\}\n", re.DOTALL)
RANGE = re.compile(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?")
URL = re.compile(r'url\("([^"]+)"\)')


def embedded_css(text: str) -> str:
    """The print stylesheet, with the font files that `text` needs and no others."""
    used = {ord(character) for character in text}
    faces = "".join(face for face, ranges in _faces() if _touches(ranges, used))
    return _inlined(faces) + _rules()


@cache
def _rules() -> str:
    return _inlined("".join(_read(f"report-{part}.css") for part in ("base", "print", "sign-off")))


@cache
def _faces() -> tuple[tuple[str, tuple[range, ...]], ...]:
    faces = FACE.findall(_read("fonts-print.css"))
    return tuple((face, tuple(_ranges(face))) for face in faces)


def _read(name: str) -> str:
    return (CSS / name).read_text(encoding="utf-8")


def _ranges(face: str) -> Iterator[range]:
    for first, last in RANGE.findall(face):
        yield range(int(first, 16), int(last or first, 16) + 1)


def _touches(ranges: tuple[range, ...], used: set[int]) -> bool:
    # A face without ranges is one that every text needs.
    return not ranges or any(code in codes for code in used for codes in ranges)


def _inlined(css: str) -> str:
    return URL.sub(lambda found: f'url("{_data_uri(found[1])}")', css)


@cache
def _data_uri(reference: str) -> str:
    path = (CSS / reference).resolve()
    data = base64.b64encode(path.read_bytes()).decode()
    return f"data:{MEDIA_TYPES[path.suffix]};base64,{data}"
