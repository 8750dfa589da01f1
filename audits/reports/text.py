"""Text of strangers, made safe and readable: Markdown, links, times, sizes."""

import re
from datetime import date, datetime
from html import unescape
from urllib.parse import urlsplit

import nh3
from markupsafe import Markup

from checklist.markdown import INVISIBLE, html

# All that can turn the direction of a line: right-to-left letters, Arabic digits, and marks.
TURNING = (
    "\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff"
    "\U00010800-\U00010fff\U0001e800-\U0001efff"
)
STEADY = re.compile(f"<bdi>([^<{TURNING}]*)</bdi>")


def unwrapped(html: str) -> str:
    """HTML with `<bdi>` only around what may run from right to left.

    Around anything else it changes nothing, and costs the PDF a box and a tag each time.
    """
    return STEADY.sub(r"\1", html)


def visible(value: object) -> object:
    """Text without control characters and direction overrides; anything else as it is."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return INVISIBLE.sub("", value)
    return value


def markdown(text: str) -> Markup:
    """Markdown as clean HTML: no images, no HTML of the author's, no dangerous links."""
    return html(text)


def plain(text: str) -> str:
    """What Markdown says, without its marks: for one line in a table."""
    return unescape(nh3.clean(markdown(text), tags=set()))


def web_url(url: str) -> str | None:
    """The URL if it is an http or https one that may become a link, else None."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    usable = parts.scheme in {"http", "https"} and parts.netloc and not INVISIBLE.search(url)
    return url if usable else None


def moment(value: str) -> str:
    """`2026-11-21T04:34:00Z` as `21 Nov 2026, 04:34 UTC`."""
    at = datetime.fromisoformat(value)
    return f"{_day(at)}, {at:%H:%M} UTC"


def instant(value: str) -> str:
    """`2026-11-21T04:34:09Z` as `21 Nov 2026, 04:34:09 UTC`: when somebody signed."""
    at = datetime.fromisoformat(value)
    return f"{_day(at)}, {at:%H:%M:%S} UTC"


def day(value: str) -> str:
    """`2026-12-01` as `1 Dec 2026`."""
    return _day(date.fromisoformat(value))


def size(number: int) -> str:
    """Bytes as people say them: `812 bytes`, `24 kB`, `1.2 MB`."""
    if number < 1000:
        return f"{number} bytes"
    if number < 1_000_000:
        return f"{number // 1000} kB"
    return f"{number / 1_000_000:.1f} MB"


def shorten(text: str, length: int) -> str:
    """At most `length` characters, on one line."""
    text = " ".join(str(visible(text)).split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"
