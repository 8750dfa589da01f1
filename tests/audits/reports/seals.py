"""What is to be sealed, as a PDF of one page."""

import datetime as dt
from typing import Any

from weasyprint import HTML, Attachment

from audits.reports.canonical import canonical_json
from tests.audits.reports.signing import proposal
from tests.audits.reports.signing import sealed as seal_of
from tests.audits.reports.snapshots import Snapshot, digest_of, edition, item, snapshot

AT = dt.datetime(2026, 11, 21, 4, 34, tzinfo=dt.UTC)

__all__ = ["digest_of", "pdf_of", "proposed", "seal_of", "unsigned"]


def proposed(**changes: Any) -> Snapshot:
    return snapshot(edition(item(1), item(2)), proposal=proposal(), **changes)


def unsigned(snapshot: Snapshot, seal: dict[str, Any]) -> bytes:
    """What is to be signed: snapshot and seal in a PDF."""
    return pdf_of(
        {
            "seal.json": canonical_json(seal).decode(),
            "snapshot.json": canonical_json(snapshot).decode(),
        }
    )


def pdf_of(attached: dict[str, bytes | str]) -> bytes:
    """A page of PDF/A-3a with attachments."""
    document = HTML(string="<html lang=en><title>Report</title><h1>Sealed</h1>").render(
        pdf_variant="pdf/a-3a"
    )
    document.metadata.attachments = [
        Attachment(string=data, name=name, created=AT, modified=AT, relationship="Data")
        for name, data in sorted(attached.items())
    ]
    return document.write_pdf(pdf_variant="pdf/a-3a", pdf_identifier=b"x" * 16)
