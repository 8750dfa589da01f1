"""What a piece of evidence holds: an address, a file, a note or what a probe saw, made fit to be
stored."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.core.files.base import File
from django.db import models

from audits.models.errors import Refused
from audits.models.frozen import freeze
from audits.models.text import HIDDEN, clean
from audits.models.uploads import discard, own_name, random_name, store
from audits.reports.canonical import digest
from audits.reports.runs import Run, read

if TYPE_CHECKING:
    from audits.models.runs import ProbeRun

TITLE_MAX = 200
HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+", re.ASCII | re.IGNORECASE)


class Content(models.Model):
    class Kind(models.TextChoices):
        LINK = "link"
        FILE = "file"
        NOTE = "note"
        RUN = "run", "Probe run"

    kind = models.CharField(max_length=4, choices=Kind)
    title = models.CharField(max_length=TITLE_MAX)
    url = models.URLField(max_length=2000, blank=True)
    text = models.TextField(blank=True, max_length=20_000)
    file = models.FileField(upload_to=random_name, blank=True, max_length=80)
    filename = models.CharField(max_length=200, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    content_type = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    # Of a probe run: the run that `text` is a frozen copy of. It may be gone, or elsewhere.
    run = models.UUIDField(null=True)

    HELD = (
        *("kind", "title", "url", "text"),
        *("file", "filename", "size_bytes", "content_type", "sha256", "run"),
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
            self.Kind.RUN.value: self.title,
        }
        return "" if given[self.kind] == self.title else self.title

    @property
    def title_outside(self) -> str:
        """For whoever may know of the content and not open it, as guests of a review: of a link
        that nobody named the host alone, since with many a path anybody comes in."""
        is_bare = self.kind == self.Kind.LINK and not self.own_title
        return urlsplit(self.url).netloc if is_bare else self.title

    @property
    def ran(self) -> Run | None:
        """Of a probe run what it found; None of anything else."""
        return read(self.text) if self.kind == self.Kind.RUN else None

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


def run(of: "ProbeRun") -> dict[str, Any]:
    """The columns of a probe run: a frozen copy of what it found, and its digest. Refused while
    it is not over, and once what it found is not kept any more."""
    if of.finished_at is None:
        raise Refused("This run is not over yet: wait until it says something.", "run")
    if of.finding is None:
        raise Refused("What this run saw is not kept any more: run the probe again.", "run")
    frozen = freeze(of)
    title = f"{frozen.title} on {frozen.environment}: {frozen.verdict}"
    return _run(frozen.text(), title[:TITLE_MAX]) | {"run": of.pk}


def run_elsewhere(text: str, title: str) -> dict[str, Any]:
    """The columns of a probe run that another audit knew of; Refused unless the text is one."""
    try:
        read(text)
    except ValueError as error:
        raise Refused(f"This is no copy of a probe run: {error}.", "text") from None
    return _run(text, clean(Content, "title", title))


def _run(text: str, title: str) -> dict[str, Any]:
    about = {"kind": Content.Kind.RUN.value, "title": title, "text": text}
    return about | {"sha256": digest(text.encode())}


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


def check_link(url: str, *, field: str = "url") -> str:
    """The URL, stripped; Refused unless it is http or https, whole, and without a password."""
    url = clean(Content, "url", url, field=field)
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    # Names without a dot are fine: much evidence lies on hosts that only the team can reach.
    if not HOST.fullmatch(_ascii(host)) or parts.scheme not in ("http", "https"):
        raise Refused("Write a whole address that begins with https:// or http://.", field)
    if "@" in parts.netloc:
        raise Refused("The address holds a user name or password; leave it out.", field)
    if not url.isprintable() or " " in url:
        raise Refused("The address holds a space or an invisible character.", field)
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
