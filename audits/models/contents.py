"""What a piece of evidence holds: an address, a file or a note, made fit to be stored."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.core.files.base import File
from django.db import models

from audits.models.errors import Refused
from audits.models.text import HIDDEN, clean
from audits.models.uploads import discard, own_name, random_name, store

TITLE_MAX = 200
HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+", re.ASCII | re.IGNORECASE)


class Content(models.Model):
    class Kind(models.TextChoices):
        LINK = "link"
        FILE = "file"
        NOTE = "note"

    kind = models.CharField(max_length=4, choices=Kind)
    title = models.CharField(max_length=TITLE_MAX)
    url = models.URLField(max_length=2000, blank=True)
    text = models.TextField(blank=True, max_length=20_000)
    file = models.FileField(upload_to=random_name, blank=True, max_length=80)
    filename = models.CharField(max_length=200, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    content_type = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    HELD = (
        *("kind", "title", "url", "text"),
        *("file", "filename", "size_bytes", "content_type", "sha256"),
    )

    class Meta:
        abstract = True

    @property
    def opens_with_title(self) -> bool:
        """Whether a note says its title itself, as one does whose title is its first line."""
        return bool(self.text) and _first_line(self.text) == self.title

    @property
    def own_title(self) -> str:
        """The title if a person wrote it; empty when the content gave it."""
        given = {
            self.Kind.LINK.value: _address(self.url),
            self.Kind.FILE.value: self.filename,
            self.Kind.NOTE.value: _first_line(self.text),
        }
        return "" if given[self.kind] == self.title else self.title

    def held(self) -> dict[str, Any]:
        """Its columns, for another row of the same content."""
        return {name: getattr(self, name) for name in self.HELD}


def link(url: str, title: str = "") -> dict[str, Any]:
    """The columns of a link; Refused unless its address is one that `check_link` takes."""
    url = check_link(url)
    return {
        "kind": Content.Kind.LINK.value,
        "title": clean(Content, "title", title) or _address(url),
        "url": url,
    }


def note(text: str, title: str = "") -> dict[str, Any]:
    """The columns of a note in Markdown."""
    text = clean(Content, "text", text)
    if not text:
        raise Refused("Write the note first.", field="text")
    title = clean(Content, "title", title) or _first_line(text)
    return {"kind": Content.Kind.NOTE.value, "title": title, "text": text}


@contextmanager
def file(upload: File, title: str = "") -> Iterator[dict[str, Any]]:
    """The columns of a file, its bytes stored under a random name: for as long as the block
    lasts, and for good when it ends without an error."""
    title = clean(Content, "title", title)
    stored = store(upload)
    try:
        yield {
            "kind": Content.Kind.FILE.value,
            "title": title or stored.filename,
            "file": stored.name,
            "filename": stored.filename,
            "size_bytes": stored.size_bytes,
            "content_type": stored.content_type,
            "sha256": stored.sha256,
        }
    except BaseException:
        discard(stored.name)
        raise


def file_elsewhere(name: str, title: str, size: int, sha256: str) -> dict[str, Any]:
    """The columns of a file whose bytes are not here: what another audit knew of it."""
    return {
        "kind": Content.Kind.FILE.value,
        "title": clean(Content, "title", title),
        "filename": own_name(name),
        "size_bytes": size,
        "sha256": sha256,
    }


def check_link(url: str) -> str:
    """The URL, stripped; Refused unless it is http or https, whole, and without a password."""
    url = clean(Content, "url", url)
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    # Names without a dot are fine: much evidence lies on hosts that only the team can reach.
    if not HOST.fullmatch(_ascii(host)) or parts.scheme not in ("http", "https"):
        raise Refused("Write a whole address that begins with https:// or http://.", "url")
    if "@" in parts.netloc:
        raise Refused("The address holds a user name or password; leave it out.", "url")
    if not url.isprintable() or " " in url:
        raise Refused("The address holds a space or an invisible character.", "url")
    return url


def _ascii(host: str) -> str:
    """The host as DNS knows it; empty when it cannot be one."""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}".rstrip("/")[:TITLE_MAX]


def _first_line(text: str) -> str:
    first = next(iter(text.splitlines()), "")
    return HIDDEN.sub("", first).strip("#*- ")[:TITLE_MAX] or "Note"
