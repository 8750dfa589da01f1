"""Does the evidence of an audit stand as its events tell, and are its files what was attached?"""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage

from audits.models.audits import Audit
from audits.models.claim_replay import UNKNOWN
from audits.models.disorder import Finding
from audits.models.evidence import Evidence
from audits.models.evidence_replay import ToldEvidence, ToldPieces, facts, loaded_digest
from audits.models.uploads import CHUNK_BYTES
from audits.reports.canonical import digest

# A copy of a run may be long.
AT_ONCE = 50
WORDS = {
    "expires_on": "last good day",
    "replaced_at": "time of its replacement",
    "replaced_by_id": "person who replaced it",
    "removed_at": "time of its removal",
    "removed_by_id": "person who removed it",
    "removed_reason": "reason of its removal",
    "discard_at": "time at which its bytes go",
}


def findings(audit: Audit, pieces: ToldPieces, *, files: bool) -> Iterator[Finding]:
    """The number of the event that tells otherwise, the last where none tells, and what is
    wrong: in a query or two, some rows at a time. With `files` each stored file is read."""
    missing = set(pieces.known)
    for row in _rows(audit):
        missing.discard(str(row.pk))
        told = pieces.of(str(row.pk))
        if told is None:
            yield audit.events_count, f"no event tells of the evidence “{row.title}”"
            continue
        for number, reason in _faults(row, told):
            yield number or _loaded_in(pieces), f"the evidence “{row.title}” {reason}"
    for pk in missing:
        yield pieces.known[pk].number or _loaded_in(pieces), "evidence that it tells of is missing"
    loaded = pieces.loaded.detail.get("pieces") if pieces.loaded else None
    if loaded and loaded != loaded_digest(_came_with_it(audit, pieces)):
        yield _loaded_in(pieces), "the evidence is not what was loaded"
    if files:
        yield from _files(audit, pieces)


def _rows(audit: Audit) -> Iterator[Evidence]:
    rows = Evidence.objects.filter(answer__audit=audit).order_by("pk")
    return rows.iterator(chunk_size=AT_ONCE)


def _loaded_in(pieces: ToldPieces) -> int:
    return pieces.loaded.number if pieces.loaded else 0


def _faults(row: Evidence, told: ToldEvidence) -> Iterator[Finding]:
    if told.facts not in ("", facts(row.fingerprint(), row.answer_id)):
        yield told.number, "says something else than what was attached"
    if row.kind == Evidence.Kind.RUN and digest(row.text.encode()) != row.sha256:
        yield told.number, "is a copy of a run that does not match its SHA-256"
    if told.piece not in (None, (str(row.piece), row.version)):
        yield told.number, "is another piece, or version, than what was attached"
    if told.number and (told.by, told.revision) != (row.added_by_id, row.revision):
        yield told.number, "was attached by another person, or in another revision"
    for name, stands in row.standing().items():
        value, number = told.standing(name)
        if value is not UNKNOWN and value != stands:
            yield number, f"has another {WORDS[name]} than the events leave it"
    if told.changed_in not in (None, row.changed_in):
        yield told.changed_in, "was changed last by another event"


def _came_with_it(audit: Audit, pieces: ToldPieces) -> Iterator[tuple[Evidence, Any]]:
    """What no event attached, and until when it was good when it was loaded."""
    for row in _rows(audit):
        told = pieces.known.get(str(row.pk)) or ToldEvidence()
        if not told.number:
            last = row.standing()["expires_on"] if told.began is UNKNOWN else told.began
            yield row, last


def _files(audit: Audit, pieces: ToldPieces) -> Iterator[Finding]:
    """Each file is read once, however many answers it backs."""
    rows = Evidence.objects.filter(answer__audit=audit, kind=Evidence.Kind.FILE)
    columns = ("file", "pk", "title", "sha256", "size_bytes", "content_type", "removed_at")
    name, fault = "", ""
    for file, pk, title, sha256, size, content_type, removed_at in (
        rows.order_by("file", "pk").values_list(*columns).iterator(chunk_size=AT_ONCE)
    ):
        if file != name:
            name, found = file, _fingerprint(file)
        if file:
            fault = _file_fault(found, (sha256, size))
        else:
            # What came with a file never had its bytes here; what was removed may have lost them.
            fault = "has lost its file" if content_type and removed_at is None else ""
        if fault:
            told = pieces.of(str(pk)) or ToldEvidence()
            yield told.number or audit.events_count, f"the evidence “{title}” {fault}"


def _file_fault(found: tuple[str, int] | None, told: tuple[str, int]) -> str:
    if found is None:
        return "has a file that is missing in the store, or cannot be read"
    return "" if found == told else "has a file of which the bytes do not match their SHA-256"


def _fingerprint(name: str) -> tuple[str, int] | None:
    """SHA-256 and size of a stored file; None of one that is not there."""
    sha256, size = hashlib.sha256(), 0
    try:
        with default_storage.open(name) as stored:
            for chunk in stored.chunks(CHUNK_BYTES):
                sha256.update(chunk)
                size += len(chunk)
    except (OSError, SuspiciousOperation):
        return None
    return sha256.hexdigest(), size
