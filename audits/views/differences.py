"""What differs between two states of audits: now, and what was signed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from audits import access
from audits.http import Request
from audits.models import Audit
from audits.reports.change_words import headline
from audits.reports.changes import between
from audits.views import difference_rows as rows
from audits.views.difference_ends import End, chosen, offer

# Of a summary on another page.
SHOWN = 5


@require_safe
def audit_differences(request: Request, pk) -> HttpResponse:
    """Two states side by side; without any named, what was signed last and what is now."""
    audit = access.audit_for_view(request.user, pk)
    before, after = ends = chosen(request.user, audit, request.GET)
    context = {
        "audit": audit,
        "project": audit.project,
        "before": before,
        "after": after,
        "offer": offer(request.user, audit, ends, request.GET),
    }
    if before:
        context |= _compared(request, before, after)
    return render(request, "differences/audit_differences.html", context)


def _compared(request: Request, before: End, after: End) -> dict[str, Any]:
    if before.key == after.key:
        return {"same": True}
    changes = between(before.content(request.user), after.content(request.user))
    show = request.GET.get("show", "")
    show = show if show in rows.LABELS else ""
    items = [] if show in rows.BESIDE else changes["items"]
    page = rows.page_of(items, show, request.GET.get("page"))
    beside = {name: changes[name] for name in rows.BESIDE if show in ("", name)}
    return {
        "headline": headline(changes["counts"]),
        "chips": rows.chips(changes["counts"], show, request.GET),
        "page": page,
        "groups": rows.grouped(page, [after.audit, before.audit]),
        "about": [rows.field_of(each) for each in beside.get("about", ()) if page.number == 1],
        "conditions": rows.conditions_of(beside.get("conditions", ())) if page.number == 1 else [],
        "swapped": urlencode({"from": after.key, "to": before.key}),
    }


def summary(changes: dict[str, Any], audit: Audit, since: str, *, before: str, after: str) -> dict:
    """The context of templates/differences/summary.html: `changes` as `between` told them,
    `since` as in “since you were asked”, the keys of both states for the whole page."""
    query = urlencode({"from": before, "to": after})
    items = changes["items"]
    return {
        "since": since,
        "headline": headline(changes["counts"]),
        "items": items[:SHOWN],
        "more": max(len(items) - SHOWN, 0),
        "href": f"{reverse('audit-differences', args=[audit.pk])}?{query}",
    }
