"""The bytes of uploaded files: under random names, outside every served folder."""

import codecs
import hashlib
import logging
import re
import uuid
from dataclasses import dataclass

import puremagic
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from audits.models.errors import Refused

logger = logging.getLogger(__name__)

CHUNK_BYTES = 64 * 1024
HEAD_BYTES = 4096
FILENAME_MAX = 200
# What no page can load as a script, a style or a document.
INERT = re.compile(r"(audio|video|image(?!/svg))/[\w.+-]+|text/plain|application/(pdf|json|zip)")


class StorageFailed(Refused):
    status = 507


@dataclass(frozen=True)
class Stored:
    """A file in the store; `filename` is the person's own name for it."""

    name: str
    filename: str
    size_bytes: int
    content_type: str
    sha256: str


def random_name(_row: object = None, _filename: str = "") -> str:
    """A name that tells nothing and cannot be guessed; the person's own is kept in the row."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}"


def store(upload: File) -> Stored:
    """Refused when the file is empty or too large; StorageFailed, and nothing left behind,
    when the disk does not take it."""
    if not upload.size:
        raise Refused("The file is empty.", "file")
    if upload.size > settings.EVIDENCE_MAX_BYTES:
        limit = settings.EVIDENCE_MAX_BYTES // (1024 * 1024)
        raise Refused(f"The file is larger than {limit} MB.", "file")
    name, size = random_name(), upload.size
    try:
        sha256, head = _digest(upload)
        default_storage.save(name, upload)
    except OSError as error:
        discard(name)
        cause = error.strerror or type(error).__name__
        raise StorageFailed(
            f"The file could not be stored: {cause}. Nothing was changed.", "file"
        ) from error
    return Stored(name, own_name(upload.name or ""), size, sniff(head), sha256)


def discard(name: str) -> None:
    """Take a file out of the store. One that cannot be removed is an operator's matter, not
    that of the person who waits for an answer."""
    try:
        default_storage.delete(name)
    except OSError:
        logger.exception("The file %s could not be removed from the store", name)


def own_name(name: str) -> str:
    """The last part of what the browser sent, printable; its end, since that tells the kind."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(letter for letter in last if letter.isprintable()).strip()
    return printable[-FILENAME_MAX:] or "file"


def _digest(upload: File) -> tuple[str, bytes]:
    """SHA-256 in hex, and the first bytes."""
    sha256, head = hashlib.sha256(), b""
    upload.seek(0)
    for chunk in upload.chunks(CHUNK_BYTES):
        head = head or chunk[:HEAD_BYTES]
        sha256.update(chunk)
    upload.seek(0)
    return sha256.hexdigest(), head


def inert(media_type: str) -> str:
    """The type to send a file with: that of an attachment counts too when a page names it as
    its script, and the policy of the site lets scripts of the site through."""
    return media_type if INERT.fullmatch(media_type) else "application/octet-stream"


def sniff(head: bytes) -> str:
    """The media type by content; the sender's word for it is not asked."""
    # Every zip would pass for a Word document; an Office file names its parts first.
    if head.startswith(b"PK\3\4") and b"[Content_Types].xml" not in head:
        return "application/zip"
    try:
        if mime := puremagic.from_string(head, mime=True):
            return mime[:100]
    except (puremagic.PureError, ValueError):
        pass
    try:
        # A character may be cut in two at the end of the head.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "application/octet-stream" if b"\0" in head else "text/plain"
