"""What a public page makes a browser load: its scripts, and the source maps beside them."""

import base64
import binascii
import json
import re
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

from audits.net.door import Answer, Door, DoorFault, Fault, Limits
from audits.probes.markup import pieces
from audits.probes.redaction import redact

MOST_FILES = 80
MOST_BYTES = 64 * 1024 * 1024
SECONDS = 60
LIMITS = Limits(total_s=15.0, max_bytes=16 * 1024 * 1024, redirects=3)
_MAP = re.compile(r"//[#@]\s*sourceMappingURL=([^\s'\"]{1,10000000})")
# What modules load: `from"./a.js"`, `import("./b.js")`.
_IMPORT = re.compile(
    r"(?:\bfrom|\bimport)\s{0,4}\(?\s{0,4}[\"']((?:\.{0,2}/)[^\"'\s]{1,300}?\.m?js)[\"']"
)


@dataclass(frozen=True)
class Text:
    """Something to search: where it came from, and its words. `kind` is page, script or map."""

    place: str
    words: str
    kind: str


@dataclass
class Reading:
    """What was read, and what was not: files that did not answer, and those of other origins."""

    texts: list[Text] = field(default_factory=list)
    scripts: int = 0
    maps: int = 0
    unread: int = 0
    elsewhere: int = 0
    size: int = 0

    @property
    def complete(self) -> bool:
        return not self.unread


def scripts_of(page: str, url: str) -> list[str]:
    """The addresses of a page's scripts, whole and without fragment."""
    base, found = "", []
    for tag in pieces(page):
        if isinstance(tag, str) or tag.name not in ("base", "script", "link"):
            continue
        has = tag.attributes()
        if tag.name == "base":
            base = base or has.get("href", "")
        elif tag.name == "script":
            found.append(has.get("src", ""))
        elif _is_early(has):
            found.append(has.get("href", ""))
    return list(_joined(_join(url, base) or url, [each for each in found if each]))


def _is_early(link: dict[str, str]) -> bool:
    rel = link.get("rel", "").lower()
    return rel == "modulepreload" or (rel == "preload" and link.get("as") == "script")


def _joined(base: str, references: list[str]) -> Iterator[str]:
    for reference in references:
        found = _join(base, reference.strip())
        if found:
            yield found


def _join(base: str, reference: str) -> str:
    """ "" for what is no http address."""
    try:
        found = urljoin(base, reference).partition("#")[0]
        return found if urlsplit(found).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    return (
        parts.scheme,
        (parts.hostname or ""),
        port or {"http": 80, "https": 443}.get(parts.scheme),
    )


def place(url: str) -> str:
    """Without the query, which may be anything, and without a key that stands in its path."""
    return redact(url.partition("?")[0], at_most=300)


class Reader:
    """Reads the page's own scripts and their maps, each once, within number, size and time."""

    def __init__(self, door: Door, page: Answer) -> None:
        self.door, self.page = door, page
        self.reading = Reading([Text(place(page.url), page.text, "page")], size=len(page.body))
        self.ends = time.monotonic() + SECONDS
        self.seen: set[str] = set()
        self.waiting: deque[str] = deque()

    def read(self) -> Reading:
        self._enqueue(scripts_of(self.page.text, self.page.url))
        while self.waiting:
            url = self.waiting.popleft()
            if self._spent():
                self.reading.unread += 1
                continue
            self._script(url)
        return self.reading

    def _spent(self) -> bool:
        files = self.reading.scripts + self.reading.maps
        return (
            files >= MOST_FILES or self.reading.size >= MOST_BYTES or time.monotonic() > self.ends
        )

    def _enqueue(self, urls: list[str]) -> None:
        for url in urls:
            if url in self.seen or len(self.seen) > 10 * MOST_FILES:
                continue
            self.seen.add(url)
            if origin(url) == origin(self.page.url):
                self.waiting.append(url)
            else:
                self.reading.elsewhere += 1

    def _get(self, url: str) -> Answer | None:
        """None where there is no such file; what could not be read is counted."""
        try:
            answer = self.door.request("GET", url, limits=LIMITS)
        except DoorFault as fault:
            self.reading.unread += fault.kind is not Fault.REFUSED
            return None
        if answer.status in (404, 410, 403):
            return None
        if answer.status != 200:
            self.reading.unread += 1
            return None
        self.reading.size += len(answer.body)
        return answer

    def _script(self, url: str) -> None:
        answer = self._get(url)
        if answer is None:
            return
        self.reading.scripts += 1
        words = answer.text
        self.reading.texts.append(Text(place(url), words, "script"))
        self._enqueue(list(_joined(answer.url, _IMPORT.findall(words)[:500])))
        named = _MAP.findall(words[-65_536:]) if len(words) < 2**20 else _MAP.findall(words)
        header = answer.headers.get("SourceMap") or answer.headers.get("X-SourceMap")
        for reference in [*named[-1:], *([header] if header else [])]:
            self._map(answer.url, reference)

    def _map(self, script: str, reference: str) -> None:
        if reference.startswith("data:"):
            self.reading.maps += 1
            self.reading.texts += texts_of_map(
                _of_data(reference), f"{place(script)} (inline map)"
            )
            return
        url = _join(script, reference)
        if not url or url in self.seen:
            return
        self.seen.add(url)
        if origin(url) != origin(self.page.url):
            self.reading.elsewhere += 1
            return
        if self._spent():
            self.reading.unread += 1
            return
        answer = self._get(url)
        if answer is not None:
            self.reading.maps += 1
            self.reading.texts += texts_of_map(answer.text, place(url))


def _of_data(reference: str) -> str:
    head, _, data = reference.partition(",")
    try:
        raw = base64.b64decode(data) if head.endswith(";base64") else unquote_to_bytes(data)
    except (binascii.Error, ValueError):
        return ""
    return raw.decode(errors="replace")


def texts_of_map(text: str, where: str) -> list[Text]:
    """The sources that a map carries, each by its name; the text itself where it is no map."""
    try:
        read: Any = json.loads(text.removeprefix(")]}'"))
    except (ValueError, RecursionError):
        return [Text(where, text, "map")]
    contents = read.get("sourcesContent") if isinstance(read, dict) else None
    if not isinstance(contents, list):
        return [Text(where, text, "map")]
    names = read.get("sources")
    names = names if isinstance(names, list) else []
    found = []
    for number, content in enumerate(contents):
        if isinstance(content, str):
            name = names[number] if number < len(names) else f"source {number + 1}"
            found.append(Text(f"{where} › {place(str(name))}", content, "map"))
    return found
