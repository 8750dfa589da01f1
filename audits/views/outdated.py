"""What is said to whoever changed a proposed audit, by way of the middleware."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from audits import access
from audits.http import Request
from audits.models import Round
from audits.models.lifecycle import RoundState


def of(pks: Sequence[UUID]) -> Iterable[Any]:
    """Those of the rounds that are outdated, with the number of their `signatures`; what was
    rolled back is not."""
    if not pks:
        return ()
    standing = Count("sign_offs", Q(sign_offs__withdrawn_at=None))
    rounds = Round.objects.filter(pk__in=pks, state=RoundState.OUTDATED)
    return rounds.select_related("audit__project__team").annotate(signatures=standing)


def out_of_band(request: Request, row: Any, cause: str = "this change") -> str:
    """For htmx: the page shows an open audit again, and why."""
    audit = row.audit
    context = {
        "audit": audit,
        "round": row,
        "membership": access.viewer(request.user, audit),
        "text": _text(row, cause),
    }
    return render_to_string("sign_offs/outdated.html", context, request)


def with_link(row: Any) -> SafeString:
    """For the next page, with the way to the difference."""
    return format_html('{} <a href="{}">See the difference</a>', _text(row), row.get_changes_url())


def _text(row: Any, cause: str = "this change") -> str:
    text = f"The proposal of revision {row.revision} is outdated by {cause}"
    if not row.signatures:
        return f"{text}."
    many = row.signatures != 1
    return f"{text}, and {row.signatures} signature{'s'[:many]} no longer count{'s'[many:]}."
