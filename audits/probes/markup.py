"""Pages of others, read in one pass: the standard library's parser takes time that grows with the
square of what a hostile page holds."""

import html
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass

_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,40})")
_ATTRIBUTE = re.compile(
    r"([a-zA-Z][\w:-]{0,60})(?:\s{0,20}=\s{0,20}(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?"
)
# What they hold is not shown.
HIDDEN = frozenset({"script", "style", "noscript", "template"})
LONGEST_TAG = 8_000
_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(frozen=True)
class Tag:
    """An opening tag; `source` is what stands behind its name."""

    name: str
    source: str

    def attributes(self) -> dict[str, str]:
        """By name in lower case; the first of a name holds, as in browsers."""
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(self.source):
            found.setdefault(match[1].lower(), html.unescape((match[2] or "").strip("\"'")))
        return found


def pieces(page: str) -> Iterator[str | Tag]:
    """The words and the opening tags of a page, in order. What a script holds is skipped."""
    # Letter by letter: other letters may grow when they become small.
    at, lower = 0, page.translate(_SMALL)
    while at < len(page):
        start = page.find("<", at)
        if start < 0:
            yield page[at:]
            return
        if start > at:
            yield page[at:start]
        at = start
        named = _NAME.match(page, start)
        if named is None:
            at = _after_other(page, start)
            continue
        end = _end_of_tag(page, named.end())
        name = named[2].lower()
        at = end + 1
        if not named[1]:
            yield Tag(name, page[named.end() : min(end, start + LONGEST_TAG)])
            at = _after_hidden(lower, name, at)


def _after_other(page: str, start: int) -> int:
    """After a comment or a declaration; after the sign itself where it is a word's."""
    if page.startswith("<!--", start):
        end = page.find("-->", start + 4)
        return end + 3 if end >= 0 else len(page)
    if page.startswith(("<!", "<?", "</"), start):
        end = page.find(">", start)
        return end + 1 if end >= 0 else len(page)
    return start + 1


def _end_of_tag(page: str, start: int) -> int:
    """Of the bracket that closes it, of which quoted ones are none."""
    end = page.find(">", start)
    for _ in range(8):
        if end < 0 or end - start > LONGEST_TAG or page.count('"', start, end) % 2 == 0:
            break
        end = page.find(">", end + 1)
    return end if end >= 0 else len(page)


def _after_hidden(lower: str, name: str, at: int) -> int:
    if name not in HIDDEN:
        return at
    end = lower.find(f"</{name}", at)
    return end if end >= 0 else len(lower)


def visible(page: str) -> str:
    """The words that a reader sees, with single spaces."""
    words = " ".join(each for each in pieces(page) if isinstance(each, str))
    return " ".join(html.unescape(words).split())
