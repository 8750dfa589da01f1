"""A snapshot as a tagged PDF that carries the snapshot, and the seal on it, within."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from audits.reports.canonical import canonical_json
from audits.reports.canonical import digest as digest_of
from audits.reports.html import render_html

SNAPSHOT_NAME = "snapshot.json"
SEAL_NAME = "seal.json"

Progress = Callable[[str, int], None]


def render_pdf(
    snapshot: dict[str, Any],
    digest: str,
    *,
    seal: dict[str, Any] | None = None,
    on_progress: Progress | None = None,
) -> bytes:
    """The report as PDF/A-3a, with the canonical JSON attached as `snapshot.json`, and that of
    the seal, if there is one, as `seal.json`.

    The same snapshot and seal give the same bytes. `on_progress` is told each step in words
    and how far the whole has come, in percent.

    Raises ValueError when `digest` is not the SHA-256 of the snapshot's canonical JSON or the
    seal is of another snapshot, and OSError when Pango's libraries are not installed.
    """
    # Loading Pango takes a while and needs native libraries, which only the worker has to have.
    from weasyprint.urls import URLFetcher

    from audits.reports.typesetting import Paper, settle, uncollected

    tell = on_progress or _silent
    tell("Writing the pages", 5)
    html = render_html(snapshot, digest, seal=seal)
    tell("Laying out the pages", 15)
    # Snapshot and seal say it all: one of each, one document.
    identity = digest_of(canonical_json(seal)) if seal else digest
    with uncollected():
        paper = Paper(string=html, url_fetcher=URLFetcher(allowed_protocols=("data",)))
        document = paper.render(pdf_variant="pdf/a-3a")
        tell(f"Drawing {len(document.pages)} pages", 80)
        document.metadata.attachments = list(_attachments(snapshot, seal))
        pdf: bytes = document.write_pdf(
            pdf_variant="pdf/a-3a",
            pdf_identifier=bytes.fromhex(identity[:32]),
            finisher=settle,
        )
    tell("Done", 100)
    return pdf


def _attachments(snapshot: dict[str, Any], seal: dict[str, Any] | None) -> Iterator[Any]:
    # By name: a name tree is sorted, and WeasyPrint writes it as it comes.
    if seal:
        yield _attachment(
            SEAL_NAME,
            seal,
            at=seal["sealed_at"],
            relationship="Data",
            description="Who signed the snapshot, as canonical JSON",
        )
    yield _attachment(
        SNAPSHOT_NAME,
        snapshot,
        at=snapshot["taken_at"],
        relationship="Source",
        description="The snapshot that this report shows, as canonical JSON",
    )


def _attachment(name: str, content: dict[str, Any], *, at: str, **more: str) -> Any:
    from weasyprint import Attachment

    time = datetime.fromisoformat(at)
    data = canonical_json(content).decode()
    return Attachment(string=data, name=name, created=time, modified=time, **more)


def _silent(_step: str, _percent: int) -> None:
    """For callers who do not watch."""
