"""A snapshot as a tagged PDF that carries the snapshot with it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from audits.reports.canonical import canonical_json
from audits.reports.html import render_html

SNAPSHOT_NAME = "snapshot.json"

Progress = Callable[[str, int], None]


def render_pdf(
    snapshot: dict[str, Any], digest: str, *, on_progress: Progress | None = None
) -> bytes:
    """The report as PDF/A-3a, with the canonical JSON attached as `snapshot.json`.

    The same snapshot gives the same bytes. `on_progress` is told each step in words and how
    far the whole has come, in percent.

    Raises ValueError when `digest` is not the SHA-256 of the snapshot's canonical JSON, and
    OSError when Pango's libraries are not installed.
    """
    # Loading Pango takes a while and needs native libraries, which only the worker has to have.
    from weasyprint import HTML, Attachment
    from weasyprint.urls import URLFetcher

    tell = on_progress or _silent
    tell("Writing the pages", 5)
    html = render_html(snapshot, digest)
    tell("Laying out the pages", 15)
    taken_at = datetime.fromisoformat(snapshot["taken_at"])
    fetcher = URLFetcher(allowed_protocols=("data",))
    document = HTML(string=html, url_fetcher=fetcher).render(pdf_variant="pdf/a-3a")
    tell(f"Drawing {len(document.pages)} pages", 80)
    document.metadata.attachments = [
        Attachment(
            string=canonical_json(snapshot).decode(),
            name=SNAPSHOT_NAME,
            description="The snapshot that this report shows, as canonical JSON",
            created=taken_at,
            modified=taken_at,
            relationship="Source",
        )
    ]
    pdf: bytes = document.write_pdf(
        pdf_variant="pdf/a-3a",
        # The digest says it all: one snapshot, one document.
        pdf_identifier=bytes.fromhex(digest[:32]),
    )
    tell("Done", 100)
    return pdf


def _silent(_step: str, _percent: int) -> None:
    """For callers who do not watch."""
