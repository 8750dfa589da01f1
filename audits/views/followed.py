"""What a page has to say so that what others do shows on it: read by static/js/live.js."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from audits.models import Audit


@dataclass(frozen=True)
class Followed:
    """`after` is the number of the last event that the page shows. `page` is its address where
    it is none that a browser could open, as after a form that was refused. A page that
    `has_rows` shows those of the audit, under the filter `query`."""

    url: str
    after: int
    page: str
    has_rows: bool
    query: str


def followed(
    audit: Audit, *, page: str = "", has_rows: bool = False, query: str = ""
) -> dict[str, Any]:
    """The context of a page about this audit. The audit was read before all else that the page
    shows: what happens in between is then told once more, and never missed."""
    url = reverse("audit-live", args=[audit.pk])
    return {"live": Followed(url, audit.events_count, page, has_rows, query)}
